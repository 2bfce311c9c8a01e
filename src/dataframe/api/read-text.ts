/** JSON and CSV text of RDDs and of columns as DataFrames. */
import type { StructType } from "../../columnar/types";
import type { RDD } from "../../rdd";
import { csvColumnNames, CsvInference } from "../csv/infer";
import { csvOptions } from "../csv/options";
import type { CsvOptions } from "../csv/options";
import { csvLineTokenizer } from "../csv/tokenize";
import { JsonInference } from "../json/infer";
import { jsonOptions } from "../json/options";
import { AnalysisError } from "../errors";
import { sampler } from "../sources/files/sampling";
import type { SqlSettings } from "../settings";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { sqlName, typeToJson } from "../types/text";
import type { DataFrame } from "./dataframe";
import { stringLiteral } from "./literal";
import { pendingPlan } from "./pending";
import type { SparkSession } from "./spark-session";
import type { Columns } from "../types/typed-columns";

type Options = Readonly<Record<string, string>>;

const LINES: StructType = { kind: "struct", fields: [{ name: "value", type: { kind: "string" }, nullable: true }] };

/**
 * Text goes through the function that reads it, and what is in its struct becomes columns. Without a schema the lines are read
 * once more, one partition at a time, to find it; a CSV header is the first line, and wherever that line comes again.
 */
export function textOfRdd<S extends Columns>(
  spark: SparkSession,
  rdd: RDD<string>,
  format: "json" | "csv",
  schema: StructType | null,
  options: Options,
): DataFrame<S> {
  const lines = spark.createDataFrame(rdd, LINES);
  return lines.derive<S>(format, () => pendingPlan(() => textPlan({ lines, texts: rdd }, format, schema, options)));
}

/** As textOfRdd, of a DataFrame's only column, which must be text: DATAFRAME_INPUT_NOT_SINGLE_COLUMN, DATAFRAME_INPUT_NOT_STRING_TYPE. */
export function textOfColumn<S extends Columns>(
  frame: DataFrame,
  format: "json" | "csv",
  schema: StructType | null,
  options: Options,
): DataFrame<S> {
  return frame.derive<S>(format, () =>
    pendingPlan(async () => {
      const { fields } = await frame.schema();
      const [column] = fields;
      if (column === undefined || fields.length > 1) {
        throw new AnalysisError("DATAFRAME_INPUT_NOT_SINGLE_COLUMN", { numColumns: String(fields.length) });
      }
      if (column.type.kind !== "string") {
        throw new AnalysisError("DATAFRAME_INPUT_NOT_STRING_TYPE", { dataType: `"${sqlName(column.type)}"` });
      }
      const lines = frame.toDF("value");
      const texts: Texts = {
        async *toLocalIterator() {
          for await (const row of lines.toLocalIterator()) {
            const text = row.get(0) as string | null;
            if (text !== null) yield text;
          }
        },
      };
      return textPlan({ lines, texts }, format, schema, options);
    }),
  );
}

interface Texts {
  toLocalIterator(): AsyncIterable<string>;
}

async function textPlan(
  { lines, texts }: { readonly lines: DataFrame; readonly texts: Texts },
  format: "json" | "csv",
  schema: StructType | null,
  options: Options,
): Promise<UnresolvedPlan> {
  const settings = lines.sparkSession.core.port.settings();
  if (format === "json") {
    return parsedText(lines.plan, "json", schema ?? (await jsonSchema(texts, options, settings)), options);
  }
  const csv = csvOptions(options, settings);
  const known = csv.header ? null : schema;
  const { header, found } = known === null ? await csvSchema(texts, csv, settings, schema) : { header: null, found: known };
  return parsedText(recordLines(lines.plan, header, csv.comment), "csv", found, options);
}

async function jsonSchema(texts: Texts, options: Options, settings: SqlSettings): Promise<StructType> {
  const read = jsonOptions(options, settings);
  if (read.singleVariantColumn !== undefined) {
    return { kind: "struct", fields: [{ name: read.singleVariantColumn, type: { kind: "variant" }, nullable: true }] };
  }
  const inference = new JsonInference(read, settings);
  const chosen = sampler(read.samplingRatio);
  for await (const line of texts.toLocalIterator()) if (chosen()) inference.add(line);
  return inference.schema();
}

interface CsvSchema {
  /** The line that names the columns. */
  readonly header: string | null;
  readonly found: StructType;
}

async function csvSchema(
  texts: Texts,
  options: CsvOptions,
  settings: SqlSettings,
  schema: StructType | null,
): Promise<CsvSchema> {
  const tokenize = csvLineTokenizer(options);
  const chosen = sampler(options.samplingRatio);
  let header: string | null = null;
  let names: readonly string[] = [];
  let types: CsvInference | null = null;
  for await (const line of texts.toLocalIterator()) {
    const tokens = line.trim() === "" ? null : tokenize(line);
    if (tokens === null) continue;
    if (types === null) {
      names = csvColumnNames(tokens, options, settings.caseSensitive);
      types = new CsvInference(names.length, options, settings);
      if (options.header) header = line;
      if (schema !== null || !options.inferSchema) break;
    }
    if (line === header || !chosen()) continue;
    types.add(tokens);
  }
  return { header, found: schema ?? types?.schema(names) ?? { kind: "struct", fields: [] } };
}

/** Without empty lines, comments and the header. */
function recordLines(child: UnresolvedPlan, header: string | null, comment: string | undefined): UnresolvedPlan {
  const operator = (name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression => ({
    kind: "call",
    name: [name],
    args,
    operator: true,
  });
  const value: UnresolvedExpression = { kind: "name", parts: ["value"] };
  const text = (name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression => ({
    kind: "call",
    name: [name],
    args,
  });
  const wanted = [
    operator("!=", text("trim", value), stringLiteral("")),
    ...(header === null ? [] : [operator("!=", value, stringLiteral(header))]),
    ...(comment === undefined ? [] : [operator("not", text("startswith", value, stringLiteral(comment)))]),
  ];
  return { kind: "filter", child, condition: wanted.reduce((a, b) => operator("and", a, b)) };
}

function parsedText(child: UnresolvedPlan, format: "json" | "csv", schema: StructType, options: Options): UnresolvedPlan {
  return {
    kind: "project",
    child: {
      kind: "project",
      child,
      expressions: [
        {
          kind: "alias",
          names: ["parsed"],
          child: {
            kind: "call",
            name: [`from_${format}`],
            args: [{ kind: "name", parts: ["value"] }, stringLiteral(JSON.stringify(typeToJson(schema))), ...optionsMap(options)],
          },
        },
      ],
    },
    expressions: [{ kind: "star", qualifier: ["parsed"], except: [] }],
  };
}

function optionsMap(options: Options): readonly UnresolvedExpression[] {
  const entries = Object.entries(options);
  if (entries.length === 0) return [];
  return [{ kind: "call", name: ["map"], args: entries.flatMap(([key, value]) => [stringLiteral(key), stringLiteral(value)]) }];
}
