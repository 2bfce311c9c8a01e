/** Variants of JSON text. */
import type { VariantValue } from "../../columnar/types";
import { JsonFault, JsonReader, STRICT } from "../json/reader";
import { digits, fitsLong, normalize, parseDecimal } from "../types/exact";
import { VariantBuilder } from "./encode";
import type { FieldEntry } from "./encode";

/** The first value of the text. Throws JsonFault where there is none, and DuplicateKey. */
export function variantOfJson(text: string): VariantValue {
  const reader = new JsonReader(text, STRICT);
  const token = reader.next();
  if (token === "end") throw new JsonFault("No value", 0);
  // A number ends where space or nothing follows.
  if ((token === "integer" || token === "float") && /^[^ \t\r\n]/.test(text.slice(reader.end, reader.end + 1))) {
    throw new JsonFault("Expected space behind the number", reader.end);
  }
  return variantOfReader(reader);
}

/** The value that the reader stands on; the reader is left on its last token. */
export function variantOfReader(reader: JsonReader): VariantValue {
  const builder = new VariantBuilder();
  append(builder, reader);
  return builder.finish();
}

function append(builder: VariantBuilder, reader: JsonReader): void {
  switch (reader.token) {
    case "{": {
      const start = builder.position;
      const fields: FieldEntry[] = [];
      while (reader.next() !== "}") {
        const key = reader.text;
        reader.next();
        fields.push({ key, id: builder.idOf(key), offset: builder.position - start });
        append(builder, reader);
      }
      builder.endObject(start, fields);
      return;
    }
    case "[": {
      const start = builder.position;
      const offsets: number[] = [];
      while (reader.next() !== "]") {
        offsets.push(builder.position - start);
        append(builder, reader);
      }
      builder.endArray(start, offsets);
      return;
    }
    case "string":
      builder.string(reader.text);
      return;
    case "integer":
    case "float":
      appendNumber(builder, reader.text, reader.token === "integer");
      return;
    case "true":
    case "false":
      builder.boolean(reader.token === "true");
      return;
    case "null":
      builder.null();
      return;
    default:
      throw new JsonFault(`Unexpected ${reader.token}`, reader.start);
  }
}

/** Integers to 64 bits as they are; what is written without an exponent as a decimal of up to 38 digits; else a double. */
function appendNumber(builder: VariantBuilder, text: string, integer: boolean): void {
  if (integer) {
    const value = text.length < 16 ? Number(text) + 0 : normalize(BigInt(text));
    if (fitsLong(value)) {
      builder.long(value);
      return;
    }
  }
  if (/^[-0-9.]+$/.test(text)) {
    const parsed = parseDecimal(text);
    if (parsed !== null && parsed.scale <= 38 && digits(parsed.unscaled) <= 38) {
      builder.decimal(parsed.unscaled, parsed.scale);
      return;
    }
  }
  builder.double(Number(text));
}
