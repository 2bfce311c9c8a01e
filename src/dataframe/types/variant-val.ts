/** What programs get for a VARIANT: the value in its binary form, with ways to read it. */
import { inspect } from "node:util";
import { VariantValue } from "../../columnar/types";
import { DESERIALIZE, SERIALIZE } from "../../columnar/values/kinds";
import { VariantReader } from "../variant/decode";
import { variantOfJson } from "../variant/from-json";
import { variantToJson } from "../variant/to-json";
import { LocalDate, SqlTimestamp } from "./date-values";
import { Decimal } from "./decimal";

/**
 * A value of the type VARIANT. `toJs()` gives it as JavaScript has it, `toJson()` as JSON text.
 *
 * @example
 * const row = await spark.sql(`SELECT parse_json('{"a": [1, null]}') AS v`).first();
 * (row!.v as VariantVal).toJs(); // { a: [1, null] }
 */
export class VariantVal {
  constructor(
    readonly value: Uint8Array,
    readonly metadata: Uint8Array,
  ) {}

  /** The variant of JSON text. */
  static parseJson(text: string): VariantVal {
    const { value, metadata } = variantOfJson(text);
    return new VariantVal(value, metadata);
  }

  static [SERIALIZE](variant: unknown): unknown {
    const { value, metadata } = variant as VariantVal;
    return [value, metadata];
  }

  static [DESERIALIZE](data: unknown): VariantVal {
    const [value, metadata] = data as readonly [Uint8Array, Uint8Array];
    return new VariantVal(value, metadata);
  }

  /** JSON text; timestamps are written in the given time zone. */
  toJson(timeZone = "UTC"): string {
    return variantToJson(new VariantValue(this.value, this.metadata), timeZone);
  }

  /**
   * Objects and arrays; null, booleans, text and numbers (bigint beyond 2^53); Decimal, Date, LocalDate and bytes for what is of those
   * types.
   */
  toJs(): unknown {
    return jsOf(VariantReader.of(new VariantValue(this.value, this.metadata)));
  }
  /** The same, by PySpark's name. */
  toPython(): unknown {
    return this.toJs();
  }

  toJSON(): unknown {
    return JSON.parse(this.toJson());
  }

  toString(): string {
    return this.toJson();
  }

  [inspect.custom](): string {
    return `VariantVal(${this.toJson()})`;
  }
}

function jsOf(reader: VariantReader): unknown {
  switch (reader.kind) {
    case "null":
      return null;
    case "boolean":
      return reader.boolean();
    case "long":
      return reader.integer();
    case "double":
    case "float":
      return reader.number();
    case "decimal": {
      const { unscaled, scale } = reader.decimal();
      return new Decimal(unscaled, scale);
    }
    case "date":
      return LocalDate.ofEpochDay(reader.integer() as number);
    case "timestamp":
    case "timestamp_ntz":
      return SqlTimestamp.ofEpochMicros(reader.integer());
    case "binary":
      return reader.binary();
    case "string":
      return reader.string();
    case "uuid":
      return reader.uuid();
    case "array":
      return Array.from(reader.items(), jsOf);
    case "object":
      return Object.fromEntries(Array.from(reader.entries(), ([name, value]) => [name, jsOf(value)]));
  }
}
