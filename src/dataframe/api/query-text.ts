/** A query's rows as spark-sql prints them: what `firesteel sql` shows, and what conformance compares. */
import type { StructType } from "../../columnar/types";
import type { BoxedRow } from "../../columnar/vector";
import { simpleString, typeToJson } from "../types/text";
import { type BinaryStyle, hiveText, type HiveSettings } from "../types/hive-text";
import type { DataFrame } from "./dataframe";
import { boxedRowsOf } from "./results";

export interface QueryText {
  /** `struct<a:int,b:string>` */
  readonly schema: string;
  /** The schema as Spark's JSON. */
  readonly schemaJson: string;
  /** One text a row, values separated by tabs. */
  readonly rows: readonly string[];
}

/** Runs the query. */
export async function queryText(frame: DataFrame): Promise<QueryText> {
  const { core } = frame.sparkSession;
  const call = core.call("collect");
  const { schema, batches } = await core.port.collect(await core.complete(frame.plan), call);
  const { timeZone, conf } = core.port.settings();
  const style = conf["spark.sql.binaryOutputStyle"] as BinaryStyle | undefined;
  const signedYears = conf["spark.sql.datetime.java8API.enabled"]?.toLowerCase() === "true";
  const settings: HiveSettings = { timeZone, signedYears, ...(style !== undefined && { binaryStyle: style }) };
  return {
    schema: simpleString(schema),
    schemaJson: JSON.stringify(typeToJson(schema)),
    rows: boxedRowsOf(schema, batches).map(rowText(schema, settings)),
  };
}

const names = (schema: StructType): string => schema.fields.map((field) => field.name).join();

/** Descriptions are padded, and lists of tables are their names alone. */
function rowText(schema: StructType, settings: HiveSettings): (row: BoxedRow) => string {
  const types = schema.fields.map((field) => field.type);
  switch (names(schema)) {
    case "col_name,data_type,comment":
      return (row) => row.map((value) => ((value as string | null) ?? "").padEnd(20)).join("\t");
    case "namespace,tableName,isTemporary":
    case "namespace,viewName,isTemporary":
      return (row) => row[1] as string;
    default:
      return (row) => row.map((value, i) => hiveText(value, types[i]!, settings)).join("\t");
  }
}
