/** The character sets of encode and decode, strict: what does not fit is an error. */
import { QueryError } from "../../errors";

const CHARSETS = ["iso-8859-1", "us-ascii", "utf-16", "utf-16be", "utf-16le", "utf-32", "utf-8"];

export function encodeText(text: string, charset: string): Uint8Array {
  const name = checked(charset, "encode");
  switch (name) {
    case "utf-8":
      return Buffer.from(text, "utf8");
    case "iso-8859-1":
      return singleBytes(text, 0xff, charset);
    case "us-ascii":
      return singleBytes(text, 0x7f, charset);
    case "utf-16le":
      return Buffer.from(text, "utf16le");
    case "utf-16be":
      return Buffer.from(text, "utf16le").swap16();
    case "utf-16":
      return Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, "utf16le").swap16()]);
    default: {
      const points = Array.from(text, (c) => c.codePointAt(0) as number);
      const bytes = Buffer.alloc(points.length * 4);
      points.forEach((point, i) => bytes.writeUInt32BE(point, i * 4));
      return bytes;
    }
  }
}

export function decodeText(bytes: Uint8Array, charset: string): string {
  const name = checked(charset, "decode");
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (name) {
    case "utf-8":
      return decoded("utf-8", buffer, charset);
    case "iso-8859-1":
      return buffer.toString("latin1");
    case "us-ascii":
      if (buffer.some((byte) => byte > 0x7f)) throw malformed("decode", charset);
      return buffer.toString("latin1");
    case "utf-16le":
      return decoded("utf-16le", buffer, charset);
    case "utf-16be":
      return decoded("utf-16be", buffer, charset);
    case "utf-16":
      if (buffer[0] === 0xff && buffer[1] === 0xfe) return decoded("utf-16le", buffer.subarray(2), charset);
      return decoded("utf-16be", buffer[0] === 0xfe && buffer[1] === 0xff ? buffer.subarray(2) : buffer, charset);
    default: {
      if (buffer.length % 4 !== 0) throw malformed("decode", charset);
      let text = "";
      for (let i = 0; i < buffer.length; i += 4) {
        const point = buffer.readUInt32BE(i);
        if (point > 0x10ffff) throw malformed("decode", charset);
        if (i > 0 || point !== 0xfeff) text += String.fromCodePoint(point);
      }
      return text;
    }
  }
}

function decoded(label: string, bytes: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed("decode", charset);
  }
}

function singleBytes(text: string, most: number, charset: string): Uint8Array {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > most) throw malformed("encode", charset);
  return Buffer.from(text, "latin1");
}

function checked(charset: string, functionName: string): string {
  const name = charset.toLowerCase();
  if (CHARSETS.includes(name)) return name;
  throw new QueryError("INVALID_PARAMETER_VALUE.CHARSET", {
    functionName: `\`${functionName}\``,
    parameter: "`charset`",
    charset,
    charsets: CHARSETS.join(", "),
  });
}

function malformed(functionName: string, charset: string): QueryError {
  return new QueryError("MALFORMED_CHARACTER_CODING", { function: `\`${functionName}\``, charset });
}

/** Hexadecimal digits, an odd number with a zero before them; null where something else is among them. */
export function unhex(text: string): Uint8Array | null {
  if (!/^[0-9a-fA-F]*$/.test(text)) return null;
  return Buffer.from(text.length % 2 === 0 ? text : `0${text}`, "hex");
}

/** As Java's MIME decoder: other characters are passed over; null where the end does not hold a whole byte. */
export function unbase64Lenient(text: string): Uint8Array | null {
  const padding = text.indexOf("=");
  const digits = (padding < 0 ? text : text.slice(0, padding)).replace(/[^A-Za-z0-9+/]/g, "");
  if (digits.length % 4 === 1) return null;
  if (padding >= 0) {
    const marks = text.slice(padding).replace(/[^A-Za-z0-9+/=]/g, "");
    if (digits.length % 4 === 0 || (digits.length % 4 === 2 && !marks.startsWith("=="))) return null;
  }
  return Buffer.from(digits, "base64");
}

/** Only whole groups of the alphabet, with white space between. */
export function unbase64Strict(text: string): Uint8Array | null {
  const digits = text.replace(/[ \t\r\n\f\v]/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) return null;
  const marks = digits.length - digits.replaceAll("=", "").length;
  const rest = (digits.length - marks) % 4;
  if (rest === 1 || (marks > 0 && rest + marks !== 4)) return null;
  return Buffer.from(digits, "base64");
}

/** Lines of 76 characters. */
export function base64Lines(bytes: Uint8Array, chunked: boolean): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  return chunked ? (text.match(/.{1,76}/g) ?? []).join("\r\n") : text;
}
