/** The schema of JSON texts: the type of each value, and the one type for several. */
import type { ArrayType, DataType, StructField, StructType } from "../../columnar/types";
import { QueryError } from "../errors";
import type { SqlSettings } from "../settings";
import { parseDecimal } from "../types/exact";
import { checkPatterns, timestampNtzReader, timestampReader } from "./datetime-text";
import type { JsonOptions } from "./options";
import { JsonFault, JsonReader } from "./reader";

const NULL: DataType = { kind: "null" };
const STRING: DataType = { kind: "string" };

/** The type of one text. Throws JsonFault. Void for a text without tokens. */
export function typeOfJson(text: string, options: JsonOptions, settings: SqlSettings): DataType {
  const reader = new JsonReader(text, options);
  return reader.next() === "end" ? NULL : inferrer(options, settings)(reader);
}

/** The type of the value that the reader stands on; the reader is left on its last token. */
export function inferrer(options: JsonOptions, settings: SqlSettings): (reader: JsonReader) => DataType {
  const isTimestamp = options.inferTimestamp ? timestampTest(options, settings) : undefined;
  const infer = (reader: JsonReader): DataType => {
    switch (reader.token) {
      case "{": {
        const fields: StructField[] = [];
        while (reader.next() !== "}") {
          const name = reader.text;
          reader.next();
          fields.push({ name, type: infer(reader), nullable: true });
        }
        return { kind: "struct", fields: fields.sort(byName) };
      }
      case "[": {
        let element = NULL;
        while (reader.next() !== "]") element = compatible(element, infer(reader));
        return { kind: "array", element, containsNull: true };
      }
      case "null":
        return NULL;
      case "string":
        // An empty string says nothing of the type.
        if (reader.text === "") return NULL;
        return isTimestamp?.(reader.text) ?? STRING;
      case "true":
      case "false":
        return options.primitivesAsString ? STRING : { kind: "boolean" };
      case "integer":
      case "float":
      case "nonNumeric":
        return options.primitivesAsString ? STRING : numberType(reader, options.prefersDecimal);
      default:
        return NULL;
    }
  };
  return infer;
}

function timestampTest(options: JsonOptions, settings: SqlSettings): (text: string) => DataType | undefined {
  const zoned = timestampReader(options.timestampFormat, options, settings);
  const local = timestampNtzReader(options.timestampNtzFormat);
  const ntz = settings.conf["spark.sql.timestampType"] === "TIMESTAMP_NTZ";
  return (text) => {
    if (ntz && local(text) !== null) return { kind: "timestamp_ntz" };
    return zoned(text) === null ? undefined : { kind: "timestamp" };
  };
}

function numberType(reader: JsonReader, prefersDecimal: boolean): DataType {
  if (reader.token === "nonNumeric") return { kind: "double" };
  if (reader.token === "integer") {
    const value = BigInt(reader.text);
    if (value >= -(2n ** 63n) && value < 2n ** 63n) return { kind: "long" };
    const precision = reader.text.replace("-", "").length;
    return precision <= 38 ? { kind: "decimal", precision, scale: 0 } : { kind: "double" };
  }
  if (!prefersDecimal) return { kind: "double" };
  const parsed = parseDecimal(reader.text);
  if (parsed === null) return { kind: "double" };
  const scale = Math.max(parsed.scale, 0);
  const digits = String(parsed.unscaled).replace("-", "").length + Math.max(-parsed.scale, 0);
  const precision = Math.max(digits, scale);
  return precision <= 38 ? { kind: "decimal", precision, scale } : { kind: "double" };
}

/** The type that holds values of both; strings hold everything. */
export function compatible(a: DataType, b: DataType): DataType {
  if (a.kind === "null") return b;
  if (b.kind === "null") return a;
  if (a.kind === "struct" && b.kind === "struct") return mergedStruct(a, b);
  if (a.kind === "array" && b.kind === "array") return mergedArray(a, b);
  if (a.kind === "decimal" || b.kind === "decimal") {
    const x = asDecimal(a);
    const y = asDecimal(b);
    if (x !== null && y !== null) {
      const scale = Math.max(x.scale, y.scale);
      const precision = Math.max(x.precision - x.scale, y.precision - y.scale) + scale;
      return precision > 38 ? { kind: "double" } : { kind: "decimal", precision, scale };
    }
    if (a.kind === "double" || b.kind === "double") return { kind: "double" };
    return STRING;
  }
  if (a.kind === b.kind) return a;
  const kinds = new Set([a.kind, b.kind]);
  if (kinds.has("long") && kinds.has("double")) return { kind: "double" };
  if (kinds.has("timestamp") && kinds.has("timestamp_ntz")) return { kind: "timestamp" };
  return STRING;
}

function asDecimal(type: DataType): { readonly precision: number; readonly scale: number } | null {
  return type.kind === "decimal" ? type : type.kind === "long" ? { precision: 20, scale: 0 } : null;
}

function byName(a: StructField, b: StructField): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Fields of both are in the order of their names; those that one record had twice stay twice. */
function mergedStruct(a: StructType, b: StructType): StructType {
  const fields: StructField[] = [];
  let j = 0;
  for (const field of a.fields) {
    while (j < b.fields.length && byName(b.fields[j]!, field) < 0) fields.push(b.fields[j++]!);
    const other = b.fields[j];
    if (other?.name === field.name) {
      fields.push({ ...field, type: compatible(field.type, other.type) });
      j++;
    } else fields.push(field);
  }
  return { kind: "struct", fields: [...fields, ...b.fields.slice(j)] };
}

function mergedArray(a: ArrayType, b: ArrayType): ArrayType {
  return { kind: "array", element: compatible(a.element, b.element), containsNull: a.containsNull || b.containsNull };
}

/** What is still unknown becomes a string; empty structs go, or with `dropNulls` all fields that were always null. */
export function canonical(type: DataType, dropNulls: boolean): DataType | null {
  switch (type.kind) {
    case "null":
      return dropNulls ? null : STRING;
    case "array": {
      const element = canonical(type.element, dropNulls);
      return element && { ...type, element };
    }
    case "struct": {
      const fields = type.fields.flatMap((field) => {
        const inner = field.name === "" ? null : canonical(field.type, dropNulls);
        return inner === null ? [] : [{ ...field, type: inner }];
      });
      // SELECT needs columns; a struct within may be empty.
      return fields.length > 0 ? { ...type, fields } : null;
    }
    default:
      return type;
  }
}

/** What records were found to be, before it is a schema: plain data. */
export interface JsonFound {
  readonly common: DataType;
  /** There are records that are no JSON, or none that rows are made of. */
  readonly corrupt: boolean;
}

/** The schema of many records, seen one by one: those that are no JSON are left out and give a column for their text. */
export class JsonInference {
  #common: DataType = { kind: "null" };
  #corrupt = false;

  constructor(
    private readonly options: JsonOptions,
    private readonly settings: SqlSettings,
  ) {
    checkPatterns([options.timestampFormat, options.timestampNtzFormat], "parse");
  }

  add(record: string): void {
    const { options } = this;
    let type: DataType;
    try {
      type = typeOfJson(record, options, this.settings);
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error;
      if (options.mode === "FAILFAST")
        throw new QueryError(
          "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
          { badRecord: record, failFastMode: "FAILFAST" },
          undefined,
          { cause: error },
        );
      this.#corrupt ||= options.mode === "PERMISSIVE";
      return;
    }
    if (type.kind === "array") type = type.element;
    if (type.kind === "struct") this.#common = compatible(this.#common, type);
    else if (type.kind !== "null") this.#corrupt ||= options.mode === "PERMISSIVE";
  }

  get found(): JsonFound {
    return { common: this.#common, corrupt: this.#corrupt };
  }

  /** What other records were found to be. */
  merge({ common, corrupt }: JsonFound): void {
    this.#common = compatible(this.#common, common);
    this.#corrupt ||= corrupt;
  }

  schema(): StructType {
    const found = canonical(this.#common, this.options.dropFieldIfAllNull);
    const fields = found?.kind === "struct" ? found.fields : [];
    const name = this.options.columnNameOfCorruptRecord;
    if (!this.#corrupt || fields.some((field) => field.name === name)) return { kind: "struct", fields };
    const all = [...fields, { name, type: STRING, nullable: true }];
    return { kind: "struct", fields: all.sort(byName) };
  }
}
