/** The data source "json": objects, one a line, or files that are one value each. */
import type { Boxed, DataType, StructField, StructType } from "../../../columnar/types";
import { boxedRows } from "../../../columnar/batch";
import { TextPartWriter } from "../../../filesystem/part-writers";
import { jsonOptions } from "../../json/options";
import { jsonStructParser, jsonValueParser } from "../../json/parse";
import { recordReader, withoutCorruptColumn } from "../../json/record-mode";
import { jsonWriter } from "../../json/write";
import { AnalysisError } from "../../errors";
import { sqlName } from "../../types/text";
import type { DataSource, ScanColumn, ScanEnv, ScanRequest } from "../data-source";
import { FastLines, PickedColumns } from "../files/fast-lines";
import { defaultsOf } from "../files/existence-defaults";
import { FileScan, type SplitReader } from "../files/file-scan";
import { type FileSplit, packFiles } from "../files/packing";
import { prunedFiles } from "../files/partition-pruning";
import { fileRelation } from "../files/relation";
import { neededFields, RowBatches } from "../files/row-batches";
import { fieldsInFiles, requireCorruptText, requireMoreThanCorrupt, requireTypes } from "../files/row-schemas";
import { linesWriter } from "../files/lines-writer";
import { rowFileWriter } from "../files/row-files";
import { encodedSink, encoderOf, isSplittable, namingFile, openLines, readText } from "../files/text-files";
import type { FileWriter } from "../files/write-task";
import { codecOption } from "../options";
import { isSurvey, surveyScan } from "../files/survey";
import type { Heap } from "../wasm/heap";
import { fastColumns, JsonSplitter } from "./fields";
import { inferJson, lookAtJson, textOptionsOf } from "./infer";
import { jsonLines } from "./lines";

function isJson(type: DataType): boolean {
  switch (type.kind) {
    case "struct":
      return type.fields.every((field) => isJson(field.type));
    case "array":
      return isJson(type.element);
    case "map":
      return isJson(type.key) && isJson(type.value);
    case "udt":
      return isJson(type.sqlType);
    default:
      return type.kind !== "calendarInterval";
  }
}

function requireOneVariant(fields: readonly StructField[], corrupt: string): void {
  const others = fields.filter(({ name }) => name !== corrupt);
  if (others.length === 1 && others[0]!.type.kind === "variant") return;
  throw new AnalysisError("INVALID_SINGLE_VARIANT_COLUMN", { schema: `"${sqlName({ kind: "struct", fields })}"` });
}

export const jsonSource: DataSource = {
  name: "json",
  aliases: ["org.apache.spark.sql.json"],
  async relation(request, driver) {
    const relation = await fileRelation({ name: "json", infer: inferJson }, request, driver);
    const { columnNameOfCorruptRecord, singleVariantColumn } = jsonOptions(request.options, driver.settings);
    const fields = fieldsInFiles(relation);
    requireTypes("JSON", fields, isJson);
    requireCorruptText(fields, columnNameOfCorruptRecord);
    if (singleVariantColumn !== undefined) requireOneVariant(fields, columnNameOfCorruptRecord);
    return relation;
  },
  plan(request, { settings }) {
    const { relation, partitionFilters, parallelism } = request;
    const json = jsonOptions(relation.options, settings);
    if (!isSurvey(relation)) requireMoreThanCorrupt(request, json.columnNameOfCorruptRecord);
    const options = textOptionsOf(json);
    const files = prunedFiles(relation, partitionFilters, settings);
    return Promise.resolve(packFiles(files, settings, { splittable: (file) => isSplittable(file, options), parallelism }));
  },
  open(given, request, env) {
    const splits = given as readonly FileSplit[];
    if (isSurvey(request.relation)) return surveyScan(splits, request, env, lookAtJson);
    return new FileScan(splits, request, env, (split, columns) => openSplit(split, columns, request, env));
  },
  writer: rowFileWriter({
    name: "JSON",
    check(schema, _partitionBy, options, settings) {
      encoderOf(jsonOptions(options, settings).encoding ?? "UTF-8");
      requireTypes("JSON", schema.fields, isJson);
    },
    extension: ".json",
    codec: (options) => codecOption(options, "compression"),
    open(schema, options, settings, sink) {
      const json = jsonOptions(options, settings);
      const write = jsonWriter(schema, json, settings);
      const encoded = encodedSink(sink, json.encoding);
      const out = new TextPartWriter(encoded);
      const types = schema.fields.map((field) => field.type);
      const careful: FileWriter = {
        write(batch) {
          for (const row of boxedRows(batch, types)) {
            if (json.lineSep === undefined) out.writeLine(write(row));
            else out.writeText(write(row) + json.lineSep);
          }
        },
        finish: () => out.flush(),
        free: () => {},
      };
      const lines = jsonLines(schema, json, settings);
      return lines === null ? careful : linesWriter(encoded, lines, careful);
    },
  }),
};

function openSplit(split: FileSplit, columns: readonly ScanColumn[], request: ScanRequest, env: ScanEnv): SplitReader {
  const { relation, settings } = request;
  const options = jsonOptions(relation.options, settings);
  const { caseSensitive } = settings;
  const fields = neededFields(columns, relation.schema, caseSensitive);
  const schema: StructType = { kind: "struct", fields };
  const corrupt = options.columnNameOfCorruptRecord;
  const parsed = withoutCorruptColumn(schema, corrupt);
  const defaults = defaultsOf(parsed.fields, relation);
  const [only] = fields;
  const parse =
    options.singleVariantColumn !== undefined && only?.type.kind === "variant"
      ? jsonValueParser(only.type, options, settings)
      : jsonStructParser(parsed, options, settings, true, defaults);
  const read = recordReader(parse, schema, options.mode, corrupt, (mode, record) => env.badRecord(mode, split.path, record));
  const rowsOf = (records: readonly string[]): Iterable<readonly Boxed[]> => records.flatMap((record) => blankOr(record, read));
  if (options.multiLine) {
    const { text, bytesRead } = readText(split, options.encoding, env.storage);
    let given = false;
    const next = (): Iterable<readonly Boxed[]> | null => {
      if (given) return null;
      given = true;
      return namingFile(split, () => rowsOf([text]));
    };
    return new RowBatches({ next, bytesRead, close: () => (given = true) }, fields, columns, caseSensitive);
  }
  // The fast way knows no difference between what is null and what is not there.
  const plain = defaults === null && columns.every(({ path }) => path.length === 1);
  const fast = plain ? fastColumns(fields, options) : null;
  if (fast !== null) {
    const splitter = (heap: Heap): JsonSplitter => new JsonSplitter(heap, fast);
    const readRecord = (record: string): readonly (readonly Boxed[])[] => namingFile(split, () => blankOr(record, read));
    const reader = new FastLines(split, fast, { splitter, readRecord, header: false }, env.storage);
    return new PickedColumns(reader, fields, columns, caseSensitive);
  }
  const lines = openLines(split, textOptionsOf(options), env.storage);
  const runs = {
    next() {
      const run = lines.next();
      return run === null ? null : namingFile(split, () => rowsOf(run));
    },
    get bytesRead() {
      return lines.bytesRead;
    },
    close: () => lines.close(),
  };
  return new RowBatches(runs, fields, columns, caseSensitive);
}

/** Lines of nothing are no records. */
function blankOr(record: string, read: (record: string) => readonly (readonly Boxed[])[]): readonly (readonly Boxed[])[] {
  return record.trim() === "" ? [] : read(record);
}
