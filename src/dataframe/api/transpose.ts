/** df.transpose: rows as columns. The rows are fetched when the result is used, as many as may be. */
import type { DataType, StructType } from "../../columnar/types";
import type { BoxedRow } from "../../columnar/vector";
import { AnalysisError } from "../errors";
import { commonWithoutStrings } from "../functions/families/array-inputs";
import type { UnresolvedPlan } from "../syntax/plan";
import { valueToString } from "../types/print";
import { sqlName } from "../types/text";
import type { Column } from "./column";
import type { DataFrame } from "./dataframe";
import { boxedRowsOf } from "./results";

/** `index`: the column whose values become names, in their order; rows where it is null are left out. */
export async function transposed(df: DataFrame, index: Column | null): Promise<UnresolvedPlan> {
  const { core } = df.sparkSession;
  const { fields } = await df.schema();
  const [first] = fields;
  if (first === undefined) return { kind: "local", schema: { kind: "struct", fields: [] }, rows: [] };
  const key = index ?? df.col(first.name);
  const indexType = (await df.select(key).schema()).fields[0]!;
  if (["array", "map", "struct", "variant", "null"].includes(indexType.type.kind)) {
    throw new AnalysisError("TRANSPOSE_INVALID_INDEX_COLUMN", {
      reason: `Index column must be of atomic type, but found: ${sqlName(indexType.type)}`,
    });
  }
  const settings = core.port.settings();
  const others = fields.filter((field) => field.name !== indexType.name);
  const type = others.reduce<DataType | null>((common, field) => {
    if (common === null) return field.type;
    const wider = commonWithoutStrings(common, field.type, { settings });
    if (wider === null)
      throw new AnalysisError("TRANSPOSE_NO_LEAST_COMMON_TYPE", { dt1: `"${sqlName(common)}"`, dt2: `"${sqlName(field.type)}"` });
    return wider;
  }, null);
  const value: DataType = type ?? { kind: "string" };
  const most = Number(settings.conf["spark.sql.transposeMaxValues"] ?? 500);
  const wanted = df
    .where(key.isNotNull())
    .orderBy(key.asc())
    .select(key, ...others.map((field) => df.col(field.name).cast(value)))
    .limit(most + 1);
  const { schema, batches } = await core.port.collect(await core.completeInside(wanted.plan), core.call("transpose"));
  const rows = boxedRowsOf(schema, batches);
  if (rows.length > most)
    throw new AnalysisError("TRANSPOSE_EXCEED_ROW_LIMIT", { maxValues: String(most), config: "spark.sql.transposeMaxValues" });
  return { kind: "local", schema: schemaOf(rows, indexType.type), rows: others.map((field, i) => [field.name, ...rows.map((row) => row[i + 1]!)]) }; // prettier-ignore

  function schemaOf(found: readonly BoxedRow[], of: DataType): StructType {
    const names = found.map((row) => valueToString(row[0]!, of, settings));
    const columns = names.map((name) => ({ name, type: value, nullable: true }));
    return { kind: "struct", fields: [{ name: "key", type: { kind: "string" }, nullable: false }, ...columns] };
  }
}
