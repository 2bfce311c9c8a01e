/** The data source "arrow": files in Arrow's IPC format (files and streams are read, files written). */
import type * as Arrow from "apache-arrow";
import { vectorOfBoxed } from "../../../columnar/batch";
import type { DataType, StructType } from "../../../columnar/types";
import type { ColumnBatch, Vector } from "../../../columnar/vector";
import { DataError } from "../../../common/errors";
import { errorText, readFailed } from "../../../filesystem/file-system";
import type { ByteSink } from "../../../filesystem/part-writers";
import { readWholeFile } from "../../../filesystem/task-storage";
import { fromArrowBatch, schemaFromArrow } from "../../arrow/from-arrow";
import { arrow } from "../../arrow/library";
import { arrowSchema, toArrowBatch } from "../../arrow/to-arrow";
import { sameType, simpleString } from "../../types/text";
import type { DataSource, DriverContext, ScanColumn, ScanEnv, ScanRequest } from "../data-source";
import { repeated } from "../files/constant-columns";
import { defaultAt } from "../files/existence-defaults";
import { FileScan, type SplitReader } from "../files/file-scan";
import { type FileSplit, packFiles } from "../files/packing";
import { prunedFiles } from "../files/partition-pruning";
import { fileRelation } from "../files/relation";
import { rowFileWriter } from "../files/row-files";
import { requireFooter, requireNames, requireWellFormed } from "./well-formed";
import type { FileWriter } from "../files/write-task";
import type { FileEntry } from "../relation";

async function infer(files: readonly FileEntry[], driver: DriverContext): Promise<StructType | null> {
  const file = files.find(({ length }) => length > 0);
  if (file === undefined) return null;
  // The schema of a file stands in its footer, that of a stream at its beginning.
  const bytes = await driver.fileSystems.of(file.path).readRange(file.path, 0, file.length);
  const { fields } = naming(file.path, () => schemaFromArrow(messagesOf(bytes).schema));
  return { kind: "struct", fields: fields.map((field) => ({ ...field, nullable: true })) };
}

const MAGIC = Buffer.from("ARROW1", "latin1");

function hasMagic(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes);
}

function messagesOf(bytes: Uint8Array): { readonly schema: Arrow.Schema; readonly reader: Arrow.RecordBatchReader } {
  // The library takes a file without its end for one without a schema.
  const isFile = hasMagic(bytes.subarray(0, MAGIC.length));
  if (isFile && !hasMagic(bytes.subarray(-MAGIC.length)))
    throw new Error("it does not end as an Arrow file does: a part of it is missing.");
  if (isFile) requireFooter(bytes);
  const reader = arrow().RecordBatchReader.from(bytes);
  reader.open();
  const { schema } = reader;
  if (!Array.isArray(schema?.fields)) throw new Error("it has no schema.");
  requireNames(schema.fields);
  return { schema, reader };
}

export const arrowSource: DataSource = {
  name: "arrow",
  relation: (request, driver) => fileRelation({ name: "arrow", infer: (files) => infer(files, driver) }, request, driver),
  plan({ relation, partitionFilters, parallelism }, { settings }) {
    const files = prunedFiles(relation, partitionFilters, settings);
    return Promise.resolve(packFiles(files, settings, { splittable: () => false, parallelism }));
  },
  open: (splits, request, env) =>
    new FileScan(splits as readonly FileSplit[], request, env, (split, columns) => new ArrowSplit(split, columns, request, env)),
  writer: rowFileWriter({
    name: "Arrow",
    check(schema, _partitionBy, _options, settings) {
      arrowSchema(schema.fields, settings.timeZone);
    },
    extension: ".arrow",
    codec: () => null,
    open: (schema, _options, settings, sink) => new ArrowFile(schema, settings.timeZone, sink),
  }),
};

class ArrowSplit implements SplitReader {
  firstRow = 0;
  readonly bytesRead: number;
  readonly #reader: Arrow.RecordBatchReader;
  readonly #schema: StructType;
  readonly #pick: (batch: ColumnBatch) => ColumnBatch;
  #nextRow = 0;

  constructor(
    private readonly split: FileSplit,
    columns: readonly ScanColumn[],
    request: ScanRequest,
    env: ScanEnv,
  ) {
    const bytes = readWholeFile(split.path, split.fileLength, env.storage);
    this.bytesRead = bytes.length;
    const { schema, reader } = naming(split.path, () => messagesOf(bytes));
    this.#reader = reader;
    this.#schema = naming(split.path, () => schemaFromArrow(schema));
    this.#pick = picker(split.path, this.#schema, columns, request);
  }

  next(): ColumnBatch | null {
    return naming(this.split.path, () => {
      const { value, done } = this.#reader.next() as IteratorResult<Arrow.RecordBatch, unknown>;
      if (done === true) return null;
      requireWellFormed(value, this.bytesRead);
      const batch = this.#pick(fromArrowBatch(value, this.#schema));
      this.firstRow = this.#nextRow;
      this.#nextRow += batch.length;
      return batch;
    });
  }

  close(): void {
    void this.#reader.cancel();
  }
}

function picker(
  path: string,
  schema: StructType,
  columns: readonly ScanColumn[],
  { relation, settings: { caseSensitive } }: ScanRequest,
): (batch: ColumnBatch) => ColumnBatch {
  const fold = (name: string): string => (caseSensitive ? name : name.toLowerCase());
  // A column that is not in the file has the same value in each row.
  const getters = columns.map((column): number[] | Vector => {
    let fields = schema.fields;
    let type: DataType = schema;
    const places: number[] = [];
    for (const name of column.path) {
      const place = fields.findIndex((field) => fold(field.name) === fold(name));
      if (place < 0)
        return vectorOfBoxed([places.length === 0 ? defaultAt(column.path, relation, caseSensitive) : null], column.type);
      places.push(place);
      ({ type } = fields[place]!);
      fields = type.kind === "struct" ? type.fields : [];
    }
    if (!sameType(type, column.type) && simpleString(type) !== simpleString(column.type)) {
      throw new DataError(
        "FAILED_READ_FILE.NO_HINT",
        `Cannot read ${path}: its column ${column.path.join(".")} is ${simpleString(type)}, which is not read as ${simpleString(column.type)}.`,
        { sqlState: "KD001", parameters: { path } },
      );
    }
    return places;
  });
  return (batch) => ({
    length: batch.length,
    columns: getters.map((places) => {
      if (!Array.isArray(places)) return repeated(places, batch.length);
      let vector = batch.columns[places[0]!]!;
      for (const place of places.slice(1)) {
        if (vector.form !== "struct") return { form: "null", length: batch.length, valid: new Uint8Array(batch.length) };
        const child = vector.children[place]!;
        vector = vector.valid === null ? child : { ...child, valid: both(vector.valid, child.valid) };
      }
      return vector;
    }),
  });
}

function both(a: Uint8Array, b: Uint8Array | null): Uint8Array {
  return b === null ? a : a.map((valid, i) => valid & b[i]!);
}

/** Batches as they come; the bytes go to the sink as the library makes them. */
class ArrowFile implements FileWriter {
  readonly #schema: Arrow.Schema;
  readonly #writer: Arrow.RecordBatchFileWriter;

  constructor(
    private readonly schema: StructType,
    timeZone: string,
    sink: ByteSink,
  ) {
    this.#schema = arrowSchema(schema.fields, timeZone);
    this.#writer = new (arrow().RecordBatchFileWriter)();
    // The library's own queue would hold the whole file.
    const direct = { write: (bytes: Uint8Array) => sink.write(bytes), close: () => {}, abort: () => {} };
    (this.#writer as unknown as { _sink: typeof direct })._sink = direct;
    this.#writer.reset(direct as never, this.#schema);
  }

  write(batch: ColumnBatch): void {
    this.#writer.write(toArrowBatch(batch, this.schema.fields, this.#schema));
  }

  finish(): void {
    this.#writer.finish();
  }

  free(): void {}
}

function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && "errorClass" in error) throw error;
    // The library's own faults: it trusts what a file says of itself.
    if (error instanceof TypeError || error instanceof RangeError)
      throw readFailed(path, "it is not a well-formed file or stream of Arrow's: what describes its batches is damaged.");
    throw readFailed(path, errorText(error), error);
  }
}
