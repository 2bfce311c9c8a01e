/** JSON text made: strings with their escapes, and values copied from a reader in Jackson's compact form. */
import { doubleText } from "../types/print";
import type { JsonReader } from "./reader";

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\uffff]*$/;

/** Shorter texts are looked at unit by unit. */
const SHORT = 40;

function isPlain(text: string): boolean {
  if (text.length > SHORT) return PLAIN.test(text);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 32 || unit === 34 || unit === 92) return false;
  }
  return true;
}

/** With quotes. Only what JSON asks for is escaped, unless all beyond ASCII is to be. */
export function quotedJson(text: string, asciiOnly = false): string {
  if (!asciiOnly && isPlain(text)) return `"${text}"`;
  let out = '"';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    switch (unit) {
      case 34:
        out += '\\"';
        break;
      case 92:
        out += "\\\\";
        break;
      case 8:
        out += "\\b";
        break;
      case 12:
        out += "\\f";
        break;
      case 10:
        out += "\\n";
        break;
      case 13:
        out += "\\r";
        break;
      case 9:
        out += "\\t";
        break;
      default:
        out += unit < 32 || (asciiOnly && unit > 127) ? `\\u${unit.toString(16).toUpperCase().padStart(4, "0")}` : text[i];
    }
  }
  return `${out}"`;
}

/** The value that the reader stands on, whole; the reader then stands on its last token. Numbers with a fraction go through a double. */
export function copiedValue(reader: JsonReader): string {
  switch (reader.token) {
    case "string":
      return quotedJson(reader.text);
    case "float":
      return doubleText(Number(reader.text));
    case "integer":
      return BigInt(reader.text).toString();
    case "nonNumeric":
      return quotedJson(reader.text);
    case "{": {
      const fields: string[] = [];
      while (reader.next() !== "}") {
        const name = quotedJson(reader.text);
        reader.next();
        fields.push(`${name}:${copiedValue(reader)}`);
      }
      return `{${fields.join(",")}}`;
    }
    case "[": {
      const items: string[] = [];
      while (reader.next() !== "]") items.push(copiedValue(reader));
      return `[${items.join(",")}]`;
    }
    default:
      return reader.text;
  }
}
