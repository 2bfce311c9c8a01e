/** Schemas of CSV files: names from the first record, types from all records, split by split. */
import type { DataType, StructType } from "../../../columnar/types";
import { decodeUtf8 } from "../../../filesystem/utf8";
import { csvColumnNames, CsvInference } from "../../csv/infer";
import { type CsvOptions, csvOptions } from "../../csv/options";
import { csvLineTokenizer, CsvScanner, type CsvTokens } from "../../csv/tokenize";
import type { DriverContext, LoadRequest } from "../data-source";
import type { LineFields } from "../files/fast-lines";
import { LineWindows } from "../files/line-windows";
import type { FileSplit } from "../files/packing";
import { sampler, seedOf } from "../files/sampling";
import { type Look, survey, type SurveyEnv } from "../files/survey";
import { driverLines, driverText, openLines, readText } from "../files/text-files";
import type { FileEntry } from "../relation";
import { type Heap, heap, Region } from "../wasm/heap";
import { CsvSplitter, isSimple } from "./fields";
import { isRecordLine, textOptionsOf } from "./rows";

export interface CsvSurvey {
  readonly width: number;
  /** The line of the names: it is no record, wherever it comes again. Of files of records over several lines the first record. */
  readonly header: string | null;
}

export async function inferCsv(
  files: readonly FileEntry[],
  request: LoadRequest,
  driver: DriverContext,
): Promise<StructType | null> {
  const { settings } = driver;
  const options = csvOptions(request.options, settings);
  if (files.length === 0) return null;
  const first = await firstRecord(files, options, driver);
  if (first === null) return { kind: "struct", fields: [] };
  const names = csvColumnNames(first.tokens, options, settings.caseSensitive);
  const inference = new CsvInference(names.length, options, settings);
  if (options.inferSchema) {
    const spec: CsvSurvey = { width: names.length, header: options.header ? first.text : null };
    for (const types of await survey("csv", files, request, spec, lookAtCsv, driver)) inference.merge(types);
  }
  return inference.schema(names);
}

interface FirstRecord {
  readonly tokens: CsvTokens;
  readonly text: string;
}

/** Of the first file that has one. */
async function firstRecord(files: readonly FileEntry[], options: CsvOptions, driver: DriverContext): Promise<FirstRecord | null> {
  const tokenize = csvLineTokenizer(options);
  for (const file of files) {
    if (file.length === 0) continue;
    if (options.multiLine) {
      const scanner = new CsvScanner(await driverText(file, options.encoding, driver), options);
      const tokens = scanner.next();
      if (tokens !== null) return { tokens, text: scanner.record };
      continue;
    }
    for await (const lines of driverLines(file, textOptionsOf(options), driver)) {
      for (const text of lines) {
        const tokens = isRecordLine(text, options) ? tokenize(text) : null;
        if (tokens !== null) return { tokens, text };
      }
    }
  }
  return null;
}

/** The types of the columns in a split. */
export const lookAtCsv: Look<CsvSurvey, readonly DataType[]> = (split, spec, env) => {
  const options = csvOptions(env.options, env.settings);
  const inference = new CsvInference(spec.width, options, env.settings);
  const look = options.multiLine ? lookAtWhole : isSimple(options, spec.width) ? lookAtFields : lookAtLines;
  const bytesRead = look(split, spec, options, inference, env);
  return { found: inference.types, bytesRead };
};

/** A way of looking; gives the bytes that were read. */
type Way = (split: FileSplit, spec: CsvSurvey, options: CsvOptions, inference: CsvInference, env: SurveyEnv) => number;

const lookAtWhole: Way = (split, { header }, options, inference, { storage }) => {
  const { text, bytesRead } = readText(split, options.encoding, storage);
  const scanner = new CsvScanner(text, options);
  const chosen = sampler(options.samplingRatio, seedOf(split));
  if (header !== null) scanner.next();
  for (let tokens = scanner.next(); tokens !== null; tokens = scanner.next()) if (chosen()) inference.add(tokens);
  return bytesRead;
};

export const lookAtLines: Way = (split, { header }, options, inference, { storage, checkInterrupted }) => {
  const lines = openLines(split, textOptionsOf(options), storage);
  const tokenize = csvLineTokenizer(options);
  const chosen = sampler(options.samplingRatio, seedOf(split));
  try {
    for (let run = lines.next(); run !== null; run = lines.next()) {
      checkInterrupted();
      for (const line of run) {
        if (!isRecordLine(line, options) || line === header || !chosen()) continue;
        const tokens = tokenize(line);
        if (tokens !== null) inference.add(tokens);
      }
    }
    return lines.bytesRead;
  } finally {
    lines.close();
  }
};

/** Kernels find the fields, and pass over those that are plainly of their column's type. */
const lookAtFields: Way = (split, spec, options, inference, { storage, checkInterrupted }) => {
  const windows = new LineWindows(split, heap(), storage);
  const fields = new FieldTypes(spec, options, inference, sampler(options.samplingRatio, seedOf(split)));
  try {
    while (windows.more()) {
      checkInterrupted();
      windows.use(fields.look(windows.begin, windows.end));
    }
    return windows.bytesRead;
  } finally {
    fields.free();
    windows.close();
  }
};

/** Fields that lie in memory at a time, at most; and rows. */
const MOST_FIELDS = 1 << 17;
const MOST_ROWS = 8192;
/** Marks of rows, besides 0: to be read by the tokenizer; not to be looked at. */
const ODD = 1;
const PASSED_OVER = 2;

/** As the kernel `firstNotPlain` numbers them. */
const NUMBERS: Readonly<Partial<Record<DataType["kind"], number>>> = {
  int: 1,
  long: 2,
  double: 3,
  date: 4,
  timestamp: 5,
  timestamp_ntz: 6,
  boolean: 7,
  decimal: 8,
};

class FieldTypes {
  readonly #heap: Heap = heap();
  readonly #starts = new Region(this.#heap);
  readonly #ends = new Region(this.#heap);
  readonly #lines = new Region(this.#heap);
  readonly #odd = new Region(this.#heap);
  readonly #tokenize: (line: string) => CsvTokens | null;
  readonly #header: Buffer | null;
  readonly #most: number;
  /** Columns whose type may still change, and who finds their fields. */
  #open: readonly number[];
  #splitter: CsvSplitter;
  /** Of odd rows. */
  readonly #tokens = new Map<number, CsvTokens>();

  constructor(
    private readonly spec: CsvSurvey,
    private readonly options: CsvOptions,
    private readonly inference: CsvInference,
    private readonly chosen: () => boolean,
  ) {
    this.#tokenize = csvLineTokenizer(options);
    this.#header = spec.header === null ? null : Buffer.from(spec.header);
    this.#most = Math.max(64, Math.min(MOST_ROWS, Math.floor(MOST_FIELDS / spec.width)));
    this.#open = inference.types.map((_, column) => column);
    this.#splitter = this.#splitterOf(this.#open);
  }

  #splitterOf(columns: readonly number[]): CsvSplitter {
    return new CsvSplitter(this.#heap, columns, 0, this.options);
  }

  /** Looks through lines from `src` to `end`; gives the address behind the last one. */
  look(src: number, end: number): number {
    const most = this.#most;
    const { types } = this.inference;
    const open = this.#open;
    const size = 4 * most * Math.max(1, open.length) + 64;
    const to: LineFields = {
      most,
      starts: this.#starts.need(size),
      ends: this.#ends.need(size),
      lines: this.#lines.need(8 * most),
      odd: this.#odd.need(most),
    };
    const rows = this.#splitter.split(src, end, to);
    const stopped = rows < most ? end : this.#splitter.stopped();
    this.#mark(src, to, rows);
    open.forEach((column, slot) => this.#column(column, slot, src, to, rows));
    this.#tokens.clear();
    const still = open.filter((column) => types[column]!.kind !== "string");
    if (still.length < open.length) {
      this.#splitter.free();
      this.#open = still;
      this.#splitter = this.#splitterOf(still);
    }
    return stopped;
  }

  /** Reads odd rows, and marks those that are no records or not chosen. */
  #mark(src: number, { lines, odd }: LineFields, rows: number): void {
    const marks = this.#heap.bytes.subarray(odd, odd + rows);
    for (let row = marks.indexOf(ODD); row >= 0; row = marks.indexOf(ODD, row + 1)) {
      const line = decodeUtf8(this.#line(src, lines, row));
      const tokens = isRecordLine(line, this.options) && line !== this.spec.header ? this.#tokenize(line) : null;
      if (tokens === null) marks[row] = PASSED_OVER;
      else this.#tokens.set(row, tokens);
    }
    if (this.options.samplingRatio >= 1) return;
    for (let row = 0; row < rows; row++) {
      if (marks[row] === PASSED_OVER) continue;
      if (this.#isHeader(src, lines, row) || !this.chosen()) marks[row] = PASSED_OVER;
    }
  }

  #column(column: number, slot: number, src: number, to: LineFields, rows: number): void {
    const { bytes, kernels } = this.#heap;
    const { inference } = this;
    const starts = to.starts + 4 * to.most * slot;
    const ends = to.ends + 4 * to.most * slot;
    for (let row = 0; row < rows; row++) {
      const { kind } = inference.types[column]!;
      if (kind === "string") return;
      row = kernels.firstNotPlain(src, starts, ends, to.odd, row, rows, this.#numberOf(kind));
      if (row >= rows) return;
      const tokens = this.#tokens.get(row);
      if (tokens !== undefined) {
        const token = tokens[column] ?? null;
        if (token !== null) inference.widen(column, token);
      } else if (this.#isHeader(src, to.lines, row)) bytes[to.odd + row] = PASSED_OVER;
      else {
        const [start, end] = [bytes.readInt32LE(starts + 4 * row), bytes.readInt32LE(ends + 4 * row)];
        inference.widen(column, decodeUtf8(bytes.subarray(src + start, src + end)));
      }
    }
  }

  /** 0 where every text asks for the careful test. */
  #numberOf(kind: DataType["kind"]): number {
    const { dateFormat, preferDate, timestampFormat, timestampNtzFormat } = this.options;
    if (kind === "date" && (dateFormat !== undefined || !preferDate)) return 0;
    if (kind === "timestamp" && timestampFormat !== undefined) return 0;
    if (kind === "timestamp_ntz" && timestampNtzFormat !== undefined) return 0;
    return NUMBERS[kind] ?? 0;
  }

  #isHeader(src: number, lines: number, row: number): boolean {
    const { header } = this.spec;
    if (header === null) return false;
    const line = this.#line(src, lines, row);
    if (line.length === this.#header!.length && line.equals(this.#header!)) return true;
    return header.includes("\ufffd") && decodeUtf8(line) === header;
  }

  #line(src: number, lines: number, row: number): Buffer {
    const { bytes } = this.#heap;
    return bytes.subarray(src + bytes.readInt32LE(lines + 8 * row), src + bytes.readInt32LE(lines + 8 * row + 4));
  }

  free(): void {
    this.#splitter.free();
    for (const region of [this.#starts, this.#ends, this.#lines, this.#odd]) region.free();
  }
}
