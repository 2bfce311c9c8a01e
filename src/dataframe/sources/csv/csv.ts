/** The data source "csv". */
import type { DataType } from "../../../columnar/types";
import { boxedRows } from "../../../columnar/batch";
import { TextPartWriter } from "../../../filesystem/part-writers";
import { csvOptions } from "../../csv/options";
import { csvHeader, csvLineWriter } from "../../csv/write";
import { AnalysisError } from "../../errors";
import type { DataSource } from "../data-source";
import { FileScan } from "../files/file-scan";
import { type FileSplit, packFiles } from "../files/packing";
import { prunedFiles } from "../files/partition-pruning";
import { fileRelation } from "../files/relation";
import { linesWriter } from "../files/lines-writer";
import { rowFileWriter } from "../files/row-files";
import { fieldsInFiles, requireCorruptText, requireMoreThanCorrupt, requireTypes } from "../files/row-schemas";
import { isSurvey, surveyScan } from "../files/survey";
import { encodedSink, encoderOf, isSplittable } from "../files/text-files";
import type { FileWriter } from "../files/write-task";
import { codecOption } from "../options";
import { inferCsv, lookAtCsv } from "./infer";
import { csvLines } from "./lines";
import { openCsvSplit, textOptionsOf } from "./rows";

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
    const relation = await fileRelation({ name: "csv", infer: inferCsv }, request, driver);
    requireTypes("CSV", fieldsInFiles(relation), (type) => type.kind === "variant" || isFlat(type));
    requireCorruptText(fieldsInFiles(relation), columnNameOfCorruptRecord);
    return relation;
  },
  plan(request, { settings }) {
    const { relation, partitionFilters, parallelism } = request;
    const csv = csvOptions(relation.options, settings);
    if (!isSurvey(relation)) requireMoreThanCorrupt(request, csv.columnNameOfCorruptRecord);
    const options = textOptionsOf(csv);
    const files = prunedFiles(relation, partitionFilters, settings);
    return Promise.resolve(packFiles(files, settings, { splittable: (file) => isSplittable(file, options), parallelism }));
  },
  open(given, request, env) {
    const splits = given as readonly FileSplit[];
    if (isSurvey(request.relation)) return surveyScan(splits, request, env, lookAtCsv);
    return new FileScan(splits, request, env, (split, columns) => openCsvSplit(split, columns, request, env));
  },
  writer: rowFileWriter({
    name: "CSV",
    mayRepeat: true,
    check(schema, partitionBy, given, settings) {
      encoderOf(csvOptions(given, settings).encoding ?? "UTF-8");
      requireTypes(
        "CSV",
        schema.fields.filter((_, i) => !partitionBy.includes(i)),
        isFlat,
      );
    },
    extension: ".csv",
    codec: (options) => codecOption(options, "compression", "codec"),
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
