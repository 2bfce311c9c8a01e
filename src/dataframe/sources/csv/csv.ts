/** The data source "csv". */
import type { DataType, StructType } from "../../../columnar/types";
import { boxedRows } from "../../../columnar/batch";
import { outputCodec } from "../../../filesystem/codecs";
import { TextPartWriter } from "../../../filesystem/part-writers";
import { csvColumnNames, typeOfToken } from "../../csv/infer";
import { type CsvOptions, csvOptions } from "../../csv/options";
import { csvLineTokenizer, CsvScanner, type CsvTokens } from "../../csv/tokenize";
import { csvHeader, csvLineWriter } from "../../csv/write";
import { AnalysisError } from "../../errors";
import type { DataSource, DriverContext, LoadRequest } from "../data-source";
import { FileScan } from "../files/file-scan";
import { type FileSplit, packFiles } from "../files/packing";
import { prunedFiles } from "../files/partition-pruning";
import { fileRelation } from "../files/relation";
import { linesWriter } from "../files/lines-writer";
import { rowFileWriter } from "../files/row-files";
import { fieldsInFiles, requireCorruptText, requireMoreThanCorrupt, requireTypes } from "../files/row-schemas";
import { sampler } from "../files/sampling";
import { driverLines, driverText, encodedSink, encoderOf, isSplittable } from "../files/text-files";
import type { FileWriter } from "../files/write-task";
import { option } from "../options";
import type { FileEntry } from "../relation";
import { csvLines } from "./lines";
import { isRecordLine, openCsvSplit, textOptionsOf } from "./rows";

const STRING: DataType = { kind: "string" };

/** Records of a file, header included, as tokens. */
async function* records(file: FileEntry, options: CsvOptions, driver: DriverContext): AsyncGenerator<CsvTokens> {
  if (options.multiLine) {
    const scanner = new CsvScanner(await driverText(file, options.encoding, driver), options);
    for (let tokens = scanner.next(); tokens !== null; tokens = scanner.next()) yield tokens;
    return;
  }
  const tokenize = csvLineTokenizer(options);
  for await (const lines of driverLines(file, textOptionsOf(options), driver)) {
    for (const line of lines) {
      if (!isRecordLine(line, options)) continue;
      const tokens = tokenize(line);
      if (tokens !== null) yield tokens;
    }
  }
}

async function infer(files: readonly FileEntry[], request: LoadRequest, driver: DriverContext): Promise<StructType | null> {
  const { settings } = driver;
  const options = csvOptions(request.options, settings);
  if (files.length === 0) return null;
  let names: readonly string[] | null = null;
  let types: DataType[] = [];
  const widen = typeOfToken(options, settings);
  const chosen = sampler(options.samplingRatio);
  for (const file of files) {
    if (file.length === 0) continue;
    let isHeader = options.header;
    for await (const tokens of records(file, options, driver)) {
      if (names === null) {
        names = csvColumnNames(tokens, options, settings.caseSensitive);
        types = names.map(() => ({ kind: "null" }));
        if (!options.inferSchema) return structOf(names, types);
      }
      if (isHeader) {
        isHeader = false;
        continue;
      }
      if (!chosen()) continue;
      const n = Math.min(tokens.length, types.length);
      for (let i = 0; i < n; i++) {
        const token = tokens[i] ?? null;
        if (token !== null) types[i] = widen(types[i]!, token);
      }
    }
  }
  return structOf(names ?? [], types);
}

function structOf(names: readonly string[], types: readonly DataType[]): StructType {
  const fields = names.map((name, i) => ({ name, type: types[i]!.kind === "null" ? STRING : types[i]!, nullable: true }));
  return { kind: "struct", fields };
}

/** Types that a token can have and be written as. */
function isFlat(type: DataType): boolean {
  if (type.kind === "udt") return isFlat(type.sqlType);
  return !["array", "map", "struct", "variant", "calendarInterval", "null"].includes(type.kind);
}

export const csvSource: DataSource = {
  name: "csv",
  aliases: ["com.databricks.spark.csv", "org.apache.spark.sql.csv"],
  async relation(request, driver) {
    const { singleVariantColumn, columnNameOfCorruptRecord } = csvOptions(request.options, driver.settings);
    if (singleVariantColumn !== undefined)
      throw new AnalysisError("UNSUPPORTED_FEATURE.CSV_SINGLE_VARIANT_COLUMN", { option: "singleVariantColumn" });
    const relation = await fileRelation({ name: "csv", infer }, request, driver);
    requireTypes("CSV", fieldsInFiles(relation), (type) => type.kind === "variant" || isFlat(type));
    requireCorruptText(fieldsInFiles(relation), columnNameOfCorruptRecord);
    return relation;
  },
  plan(request, { settings }) {
    const { relation, partitionFilters, parallelism } = request;
    const csv = csvOptions(relation.options, settings);
    requireMoreThanCorrupt(request, csv.columnNameOfCorruptRecord);
    const options = textOptionsOf(csv);
    const files = prunedFiles(relation, partitionFilters, settings);
    return Promise.resolve(packFiles(files, settings, { splittable: (file) => isSplittable(file, options), parallelism }));
  },
  open: (splits, request, env) =>
    new FileScan(splits as readonly FileSplit[], request, env, (split, columns) => openCsvSplit(split, columns, request, env)),
  writer: rowFileWriter({
    check(schema, partitionBy, given, settings) {
      encoderOf(csvOptions(given, settings).encoding ?? "UTF-8");
      requireTypes(
        "CSV",
        schema.fields.filter((_, i) => !partitionBy.includes(i)),
        isFlat,
      );
    },
    extension: ".csv",
    codec: (options) => outputCodec(option(options, "compression") ?? option(options, "codec")),
    open(schema, given, settings, sink) {
      const options = csvOptions(given, settings);
      const write = csvLineWriter(schema, options, settings);
      const encoded = encodedSink(sink, options.encoding);
      const out = new TextPartWriter(encoded);
      const end = options.lineSep ?? "\n";
      if (options.header) out.writeText(csvHeader(schema, options) + end);
      out.flush();
      const types = schema.fields.map((field) => field.type);
      const careful: FileWriter = {
        write(batch) {
          for (const row of boxedRows(batch, types)) out.writeText(write(row) + end);
        },
        finish: () => out.flush(),
        free: () => {},
      };
      const lines = csvLines(schema, options, settings);
      return lines === null ? careful : linesWriter(encoded, lines, careful);
    },
  }),
};
