/**
 * The data source "libsvm": a line is a label and its features that are not 0, `label index:value …`, indices from 1 and rising. Columns label (double)
 * and features (vectors). Options `numFeatures` (without it all lines are read to find the largest index) and `vectorType` (sparse or dense).
 */
import type { Boxed, StructField, StructType } from "../../columnar/types";
import { boxedReader } from "../../columnar/batch";
import { DataError } from "../../common/errors";
import { AnalysisError } from "../../dataframe/errors";
import type { DataSource, DriverContext, LoadRequest, SourceOptions, SourceWriter } from "../../dataframe/sources/data-source";
import { FileScan } from "../../dataframe/sources/files/file-scan";
import { type FileSplit, packFiles } from "../../dataframe/sources/files/packing";
import { prunedFiles } from "../../dataframe/sources/files/partition-pruning";
import { fileRelation } from "../../dataframe/sources/files/relation";
import { neededFields, RowBatches } from "../../dataframe/sources/files/row-batches";
import { isSurvey, type Look, survey, surveyScan } from "../../dataframe/sources/files/survey";
import { rowFileWriter } from "../../dataframe/sources/files/row-files";
import { isSplittable, openLines, type TextOptions } from "../../dataframe/sources/files/text-files";
import { invalidOption, option } from "../../dataframe/sources/options";
import { registerSource } from "../../dataframe/sources/registry";
import type { FileEntry } from "../../dataframe/sources/relation";
import { doubleText } from "../../dataframe/types/print";
import { outputCodec } from "../../filesystem/codecs";
import { TextPartWriter } from "../../filesystem/part-writers";
import { isVector } from "../base/schema";
import { VectorUDT } from "../linalg/user-types";

const SPARSE = 0;
const DENSE = 1;
const WIDTH = "numFeatures";

interface Options extends TextOptions {
  readonly numFeatures: number | null;
  readonly dense: boolean;
}

function libsvmOptions(options: SourceOptions): Options {
  const given = option(options, WIDTH);
  const width = given === undefined ? null : Number(given);
  if (width !== null && !(Number.isInteger(width) && width > 0)) throw invalidOption(WIDTH, given!, "a whole number above 0");
  const type = option(options, "vectorType") ?? "sparse";
  if (type !== "sparse" && type !== "dense") throw invalidOption("vectorType", type, "sparse or dense");
  return {
    numFeatures: width,
    dense: type === "dense",
    lineSep: option(options, "lineSep"),
    encoding: undefined,
    whole: false,
  };
}

interface Point {
  readonly label: number;
  /** From 0, rising. */
  readonly indices: number[];
  readonly values: number[];
}

/** Null of lines that hold nothing: empty ones and comments. */
function pointOf(line: string): Point | null {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return null;
  const [first, ...items] = text.split(/\s+/);
  const point: Point = { label: numberOf(first!, line), indices: [], values: [] };
  let previous = -1;
  for (const item of items) {
    const colon = item.indexOf(":");
    const index = colon > 0 && /^\d+$/.test(item.slice(0, colon)) ? Number(item.slice(0, colon)) - 1 : NaN;
    if (Number.isNaN(index)) throw malformed(line, `"${item}" is not index:value`);
    if (index <= previous)
      throw malformed(
        line,
        `indices should be one-based and in ascending order; found current=${index + 1}, previous=${previous + 1}`,
      );
    previous = index;
    point.indices.push(index);
    point.values.push(numberOf(item.slice(colon + 1), line));
  }
  return point;
}

function numberOf(text: string, line: string): number {
  const value = text === "" ? NaN : Number(text);
  if (Number.isNaN(value) && text !== "NaN") throw malformed(line, `"${text}" is not a number`);
  return value;
}

const malformed = (line: string, why: string): DataError =>
  new DataError("MALFORMED_LIBSVM", `Malformed line of a libsvm file: ${why}; line="${line.slice(0, 200)}".`);

const schemaOf = (numFeatures: number): StructType => ({
  kind: "struct",
  fields: [
    { name: "label", type: { kind: "double" }, nullable: false },
    { name: "features", type: VectorUDT, nullable: false, metadata: { [WIDTH]: numFeatures } },
  ],
});

async function infer(files: readonly FileEntry[], request: LoadRequest, driver: DriverContext): Promise<StructType | null> {
  const options = libsvmOptions(request.options);
  if (options.numFeatures !== null) return schemaOf(options.numFeatures);
  if (files.length === 0) return null;
  const widths = await survey("libsvm", files, request, null, widthOf, driver);
  return schemaOf(Math.max(0, ...widths));
}

/** The largest index of a split. */
const widthOf: Look<null, number> = (split, _spec, { options, storage, checkInterrupted }) => {
  const lines = openLines(split, libsvmOptions(options), storage);
  let width = 0;
  try {
    for (let run = lines.next(); run !== null; run = lines.next()) {
      checkInterrupted();
      for (const line of run) width = Math.max(width, (pointOf(line)?.indices.at(-1) ?? -1) + 1);
    }
    return { found: width, bytesRead: lines.bytesRead };
  } finally {
    lines.close();
  }
};

function requireSchema(fields: readonly StructField[]): void {
  const [label, features] = fields;
  if (fields.length !== 2 || label!.type.kind !== "double" || !isVector(features!.type))
    throw new AnalysisError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", {
      format: "LibSVM",
      columnName: fields.map(({ name }) => `\`${name}\``).join(", "),
      columnType: "other columns than a double and a vector",
    });
}

/** The features of a point, as vectors are boxed. */
function featuresOf({ indices, values }: Point, width: number, dense: boolean, line: string): Boxed {
  if ((indices.at(-1) ?? -1) >= width) throw malformed(line, `index ${indices.at(-1)! + 1} is above ${WIDTH}, which is ${width}`);
  if (!dense) return [SPARSE, width, indices, values];
  const all = new Array<number>(width).fill(0);
  indices.forEach((index, i) => (all[index] = values[i]!));
  return [DENSE, null, null, all];
}

const writer: SourceWriter = rowFileWriter({
  name: "LibSVM",
  check: (schema, partitionBy) => requireSchema(schema.fields.filter((_, i) => !partitionBy.includes(i))),
  extension: ".libsvm",
  codec: (options) => outputCodec(option(options, "compression")),
  open(schema, _options, _settings, sink) {
    const out = new TextPartWriter(sink);
    return {
      write(batch) {
        const [label, features] = [0, 1].map((i) => boxedReader(batch.columns[i]!, schema.fields[i]!.type));
        for (let i = 0; i < batch.length; i++) out.writeLine(lineOf(label!(i), features!(i)));
      },
      finish: () => out.flush(),
      free: () => {},
    };
  },
});

function lineOf(label: Boxed, features: Boxed): string {
  if (label === null || features === null) throw new DataError("NULL_VALUE", "A row with null cannot be written as libsvm.");
  const [type, , indices, values] = features as readonly [number, number, readonly number[], readonly number[]];
  let line = doubleText(label as number);
  values.forEach((value, i) => {
    if (value !== 0) line += ` ${(type === DENSE ? i : indices[i]!) + 1}:${doubleText(value)}`;
  });
  return line;
}

registerSource({
  name: "libsvm",
  aliases: ["org.apache.spark.ml.source.libsvm", "org.apache.spark.ml.source.libsvm.libsvmfileformat"],
  relation: (request, driver) => fileRelation({ name: "libsvm", infer }, { ...request, schema: null }, driver),
  plan({ relation, partitionFilters, parallelism }, { settings }) {
    const options = libsvmOptions(relation.options);
    const files = prunedFiles(relation, partitionFilters, settings);
    return Promise.resolve(packFiles(files, settings, { splittable: (file) => isSplittable(file, options), parallelism }));
  },
  open(given, request, env) {
    const splits = given as readonly FileSplit[];
    if (isSurvey(request.relation)) return surveyScan(splits, request, env, widthOf);
    const { schema } = request.relation;
    const options = libsvmOptions(request.relation.options);
    const width = schema.fields.find(({ name }) => name === "features")!.metadata![WIDTH] as number;
    const { caseSensitive } = request.settings;
    return new FileScan(splits, request, env, (split, columns) => {
      const lines = openLines(split, options, env.storage);
      const fields = neededFields(columns, schema, caseSensitive);
      const rowOf = (line: string): Boxed[] | null => {
        const point = pointOf(line);
        return (
          point && fields.map(({ name }) => (name === "label" ? point.label : featuresOf(point, width, options.dense, line)))
        );
      };
      const runs = {
        next: () =>
          lines
            .next()
            ?.map(rowOf)
            .filter((row) => row !== null) ?? null,
        get bytesRead() {
          return lines.bytesRead;
        },
        close: () => lines.close(),
      };
      return new RowBatches(runs, fields, columns, caseSensitive);
    });
  },
  writer,
} satisfies DataSource);
