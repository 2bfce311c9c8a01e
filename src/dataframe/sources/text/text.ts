/** The data source "text": a line, or a whole file, as the one column `value`. */
import type { StructField, StructType } from "../../../columnar/types";
import { boxedReader } from "../../../columnar/batch";
import { TextPartWriter } from "../../../filesystem/part-writers";
import { AnalysisError } from "../../errors";
import { Options } from "../../json/options";
import type { DataSource, SourceOptions, SourceWriter } from "../data-source";
import { FileScan } from "../files/file-scan";
import { type FileSplit, packFiles } from "../files/packing";
import { prunedFiles } from "../files/partition-pruning";
import { fileRelation } from "../files/relation";
import { neededFields, RowBatches, type RowRuns } from "../files/row-batches";
import { fieldsInFiles, requireTypes } from "../files/row-schemas";
import { rowFileWriter } from "../files/row-files";
import { isSplittable, openLines, readText, type TextOptions } from "../files/text-files";
import { booleanOption, codecOption, option } from "../options";

const SCHEMA: StructType = { kind: "struct", fields: [{ name: "value", type: { kind: "string" }, nullable: true }] };

function textOptions(options: SourceOptions): TextOptions {
  return {
    lineSep: new Options(options).lineSep(),
    encoding: option(options, "encoding"),
    whole: booleanOption(options, "wholetext", false),
  };
}

/** One column, of strings. */
function requireText(fields: readonly StructField[]): void {
  requireTypes("Text", fields, (type) => type.kind === "string");
  if (fields.length !== 1) throw new AnalysisError("_LEGACY_ERROR_TEMP_1290", { schemaSize: String(fields.length) });
}

const writer: SourceWriter = rowFileWriter({
  name: "Text",
  check(schema, partitionBy, options) {
    new Options(options).lineSep();
    requireText(schema.fields.filter((_, i) => !partitionBy.includes(i)));
  },
  extension: ".txt",
  codec: (options) => codecOption(options, "compression"),
  open(schema, options, _settings, sink) {
    const out = new TextPartWriter(sink);
    const lineSep = option(options, "lineSep");
    return {
      write(batch) {
        const read = boxedReader(batch.columns[0]!, schema.fields[0]!.type);
        for (let i = 0; i < batch.length; i++) {
          const text = (read(i) ?? "") as string;
          if (lineSep === undefined) out.writeLine(text);
          else out.writeText(text + lineSep);
        }
      },
      finish: () => out.flush(),
      free: () => {},
    };
  },
});

export const textSource: DataSource = {
  name: "text",
  aliases: ["org.apache.spark.sql.text"],
  async relation(request, driver) {
    const relation = await fileRelation({ name: "text", infer: () => Promise.resolve(SCHEMA) }, request, driver);
    requireText(fieldsInFiles(relation));
    return relation;
  },
  plan({ relation, partitionFilters, parallelism }, { settings }) {
    const options = textOptions(relation.options);
    const files = prunedFiles(relation, partitionFilters, settings);
    return Promise.resolve(packFiles(files, settings, { splittable: (file) => isSplittable(file, options), parallelism }));
  },
  open(splits, request, env) {
    const options = textOptions(request.relation.options);
    const { caseSensitive } = request.settings;
    return new FileScan(splits as readonly FileSplit[], request, env, (split, columns) => {
      const runs = options.whole ? wholeFile(split, options, env.storage) : lineRows(openLines(split, options, env.storage));
      return new RowBatches(runs, neededFields(columns, request.relation.schema, caseSensitive), columns, caseSensitive);
    });
  },
  writer,
};

function lineRows(lines: ReturnType<typeof openLines>): RowRuns {
  return {
    next: () => lines.next()?.map((line) => [line]) ?? null,
    get bytesRead() {
      return lines.bytesRead;
    },
    close: () => lines.close(),
  };
}

function wholeFile(split: FileSplit, options: TextOptions, storage: Parameters<typeof readText>[2]): RowRuns {
  const { text, bytesRead } = readText(split, options.encoding, storage);
  let given = false;
  return { next: () => (given ? null : ((given = true), [[text]])), bytesRead, close: () => (given = true) };
}
