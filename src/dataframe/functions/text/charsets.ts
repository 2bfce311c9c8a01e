/** The character sets of encode and decode: strict, so that what does not fit is an error, or by the older rules. */
import { QueryError } from "../../errors";

const CHARSETS = ["iso-8859-1", "us-ascii", "utf-16", "utf-16be", "utf-16le", "utf-32", "utf-8"];

/** The older rules: any character set of the platform, and a replacement for what does not fit. */
export interface CharsetRules {
  readonly anyCharset: boolean;
  readonly replace: boolean;
}

export function encodeText(text: string, charset: string, rules: CharsetRules): Uint8Array {
  const name = checked(charset, "encode", rules);
  switch (name) {
    case "utf-8":
      return Buffer.from(text, "utf8");
    case "iso-8859-1":
      return singleBytes(text, charset, rules, (point) => (point <= 0xff ? point : -1));
    case "us-ascii":
      return singleBytes(text, charset, rules, (point) => (point <= 0x7f ? point : -1));
    case "utf-16le":
      return Buffer.from(text, "utf16le");
    case "utf-16be":
      return Buffer.from(text, "utf16le").swap16();
    case "utf-16":
      return Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, "utf16le").swap16()]);
    case "utf-32": {
      const points = Array.from(text, (c) => c.codePointAt(0) as number);
      const bytes = Buffer.alloc(points.length * 4);
      points.forEach((point, i) => bytes.writeUInt32BE(point, i * 4));
      return bytes;
    }
    default: {
      // Through what each byte decodes to.
      const letters = new TextDecoder(name).decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
      return singleBytes(text, charset, rules, (point) => letters.indexOf(String.fromCodePoint(point)));
    }
  }
}

function singleBytes(text: string, charset: string, rules: CharsetRules, byteOf: (point: number) => number): Uint8Array {
  return Uint8Array.from(Array.from(text), (c) => {
    const byte = byteOf(c.codePointAt(0) as number);
    if (byte >= 0) return byte;
    if (!rules.replace) throw malformed("encode", charset);
    return 63;
  });
}

export function decodeText(bytes: Uint8Array, charset: string, rules: CharsetRules): string {
  const name = checked(charset, "decode", rules);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (name) {
    case "iso-8859-1":
      return buffer.toString("latin1");
    case "us-ascii":
      if (!rules.replace && buffer.some((byte) => byte > 0x7f)) throw malformed("decode", charset);
      return Array.from(buffer, (byte) => (byte > 0x7f ? "\ufffd" : String.fromCharCode(byte))).join("");
    case "utf-16": {
      if (buffer[0] === 0xff && buffer[1] === 0xfe) return decoded("utf-16le", buffer.subarray(2), charset, rules);
      const marked = buffer[0] === 0xfe && buffer[1] === 0xff;
      return decoded("utf-16be", marked ? buffer.subarray(2) : buffer, charset, rules);
    }
    case "utf-32":
      return decodeUtf32(buffer, charset);
    default:
      return decoded(name, buffer, charset, rules);
  }
}

function decodeUtf32(buffer: Buffer, charset: string): string {
  if (buffer.length % 4 !== 0) throw malformed("decode", charset);
  let text = "";
  for (let i = 0; i < buffer.length; i += 4) {
    const point = buffer.readUInt32BE(i);
    if (point > 0x10ffff) throw malformed("decode", charset);
    if (i > 0 || point !== 0xfeff) text += String.fromCodePoint(point);
  }
  return text;
}

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

function decoderOf(label: string, fatal: boolean): InstanceType<typeof TextDecoder> {
  const key = `${label} ${String(fatal)}`;
  let decoder = decoders.get(key);
  if (decoder === undefined) decoders.set(key, (decoder = new TextDecoder(label, { fatal, ignoreBOM: true })));
  return decoder;
}

function decoded(label: string, bytes: Uint8Array, charset: string, rules: CharsetRules): string {
  try {
    return decoderOf(label, !rules.replace).decode(bytes);
  } catch {
    // What it has seen of a character would stand before the next value.
    decoders.clear();
    throw malformed("decode", charset);
  }
}

function checked(charset: string, functionName: string, rules: CharsetRules): string {
  const name = charset.toLowerCase();
  if (CHARSETS.includes(name) || (rules.anyCharset && isLabel(name))) return name;
  throw new QueryError("INVALID_PARAMETER_VALUE.CHARSET", {
    functionName: `\`${functionName}\``,
    parameter: "`charset`",
    charset,
    charsets: CHARSETS.join(", "),
  });
}

function isLabel(name: string): boolean {
  try {
    new TextDecoder(name);
    return true;
  } catch {
    return false;
  }
}

function malformed(functionName: string, charset: string): QueryError {
  return new QueryError("MALFORMED_CHARACTER_CODING", { function: `\`${functionName}\``, charset });
}

/** Hexadecimal digits, an odd number with a zero before them; null where something else is among them. */
export function unhex(text: string): Uint8Array | null {
  if (!/^[0-9a-fA-F]*$/.test(text)) return null;
  return Buffer.from(text.length % 2 === 0 ? text : `0${text}`, "hex");
}

const ONLY_BASE64 = /^[A-Za-z0-9+/]*$/;

/** As Java's MIME decoder: other characters are passed over; null where the end does not hold a whole byte. */
export function unbase64Lenient(text: string): Uint8Array | null {
  const padding = text.indexOf("=");
  const before = padding < 0 ? text : text.slice(0, padding);
  const digits = ONLY_BASE64.test(before) ? before : before.replace(/[^A-Za-z0-9+/]/g, "");
  if (digits.length % 4 === 1) return null;
  if (padding >= 0 && !(digits.length % 4 === 3 && padding === text.length - 1)) {
    const marks = text.slice(padding).replace(/[^A-Za-z0-9+/=]/g, "");
    if (digits.length % 4 === 0 || (digits.length % 4 === 2 && !marks.startsWith("=="))) return null;
  }
  return Buffer.from(digits, "base64");
}

/** Only whole groups of the alphabet, with white space between. */
export function unbase64Strict(text: string): Uint8Array | null {
  if (/=\s+=/.test(text)) return null;
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
