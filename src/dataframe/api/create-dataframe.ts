/** Rows, objects, Arrow tables and RDDs of the program as plans. */
import { UsageError } from "../../common/errors";
import { isPlainObject } from "../../common/plain-object";
import type { StructType } from "../../columnar/types";
import type { BoxedRow } from "../../columnar/vector";
import { RDD } from "../../rdd";
import { QueryError } from "../errors";
import type { UnresolvedPlan } from "../syntax/plan";
import { Row } from "../types/row";
import { boxer } from "../types/values";
import { inferSchema } from "./inference";
import { pendingPlan } from "./pending";
import { schemaOf } from "./schema-input";
import type { SchemaInput } from "./schema-input";
import type { SessionCore } from "./session-core";

/** Records: objects and Rows by names of columns, arrays by position, single values where there is one column. */
export type Records = Iterable<unknown> | RDD<unknown>;

/** A schema, or names of columns whose types are found in the data. */
export type SchemaOrNames = SchemaInput | readonly string[];

/** Records of an RDD that are looked at for a schema. */
const SAMPLED = 100;

export function plansOf(core: SessionCore, data: unknown, schema: SchemaOrNames | undefined): UnresolvedPlan {
  if (data instanceof RDD) return rddPlan(core, data as RDD<unknown>, schema);
  if (isArrow(data)) {
    const plan = core.port.fromArrow(data);
    return schema === undefined ? plan : typed(plan, schema);
  }
  if (typeof data !== "object" || data === null || !(Symbol.iterator in data)) {
    throw new UsageError(
      "INVALID_ARGUMENT",
      "createDataFrame needs an array (or other iterable) of records, an RDD or an Arrow table.",
    );
  }
  const records = [...(data as Iterable<unknown>)];
  const names = Array.isArray(schema) ? (schema as readonly string[]) : null;
  const type = schema === undefined || names !== null ? inferSchema(records, names) : schemaOf(schema as SchemaInput);
  return { kind: "local", schema: type, rows: boxedRecords(records, type, core.port.settings()) };
}

function typed(plan: UnresolvedPlan, schema: SchemaOrNames): UnresolvedPlan {
  if (Array.isArray(schema)) return { kind: "toDF", child: plan, names: schema as readonly string[] };
  return { kind: "toSchema", child: plan, schema: schemaOf(schema as SchemaInput) };
}

/** An Arrow table, or the bytes of an IPC stream; told by its shape, as it may come from another copy of the library. */
function isArrow(data: unknown): boolean {
  if (data instanceof Uint8Array) return true;
  return typeof data === "object" && data !== null && "schema" in data && "batches" in data;
}

/** Without a schema the first records tell it; they are computed when it is first asked for. */
function rddPlan(core: SessionCore, rdd: RDD<unknown>, schema: SchemaOrNames | undefined): UnresolvedPlan {
  if (schema !== undefined && !Array.isArray(schema)) return core.port.fromRdd(rdd, schemaOf(schema as SchemaInput));
  return pendingPlan(async () => {
    const records = await rdd.take(SAMPLED);
    return core.port.fromRdd(rdd, inferSchema(records, (schema as readonly string[] | undefined) ?? null));
  });
}

type Settings = Parameters<typeof boxer>[1];

/** Records as rows of boxed values; what does not fit its column is an error that names row and column. */
export function boxedRecords(records: readonly unknown[], schema: StructType, settings: Settings): BoxedRow[] {
  const boxers = schema.fields.map((field) => boxer(field.type, settings));
  const { fields } = schema;
  return records.map((record, number) => {
    const values = valuesOf(record, schema, number);
    return fields.map((field, i) => {
      const value = values(i);
      if ((value === null || value === undefined) && !field.nullable) {
        throw new QueryError("FIELD_NOT_NULLABLE_WITH_NAME", { field_name: field.name });
      }
      return boxers[i]!(value, `row ${number}.${field.name}`);
    });
  });
}

function valuesOf(record: unknown, { fields }: StructType, number: number): (column: number) => unknown {
  if (Array.isArray(record)) {
    if (record.length !== fields.length) {
      throw new UsageError(
        "FIELD_STRUCT_LENGTH_MISMATCH",
        `createDataFrame: row ${number} has ${record.length} values; the schema has ${fields.length} columns.`,
      );
    }
    return (column) => (record as readonly unknown[])[column];
  }
  if (record instanceof Row) {
    const names = Row.names(record);
    return (column) => {
      const { name } = fields[column]!;
      return names.includes(name) ? Row.get(record, name) : Row.get(record, column);
    };
  }
  if (isObject(record)) return (column) => (record as Record<string, unknown>)[fields[column]!.name];
  if (fields.length === 1) return () => record;
  throw new UsageError(
    "INVALID_ARGUMENT",
    `createDataFrame: row ${number} is a single value; the schema has ${fields.length} columns.`,
  );
}

function isObject(record: unknown): boolean {
  if (typeof record !== "object" || record === null) return false;
  if (isPlainObject(record)) return true;
  // Instances of the program's classes are objects; dates, maps, bytes and decimals are values.
  return (
    !(record instanceof Date || record instanceof Map || record instanceof Set || ArrayBuffer.isView(record)) &&
    Object.keys(record).length > 0
  );
}
