/** Splits of CSV files to rows: every option, one record at a time. */
import type { Boxed, StructField, StructType } from "../../../columnar/types";
import { readFailed } from "../../../filesystem/file-system";
import { type CsvOptions, csvOptions } from "../../csv/options";
import { tokenReader } from "../../csv/parse";
import { csvLineTokenizer, CsvScanner, type CsvTokens } from "../../csv/tokenize";
import { BadRecord, type LenientMode, recordReader, withoutCorruptColumn } from "../../json/record-mode";
import type { SqlSettings } from "../../settings";
import type { ScanColumn, ScanEnv, ScanRequest } from "../data-source";
import { defaultsOf } from "../files/existence-defaults";
import type { SplitReader } from "../files/file-scan";
import type { FileSplit } from "../files/packing";
import { FastLines, PickedColumns } from "../files/fast-lines";
import { neededFields, RowBatches, type RowRuns } from "../files/row-batches";
import { namingFile, openLines, readText, type TextOptions } from "../files/text-files";
import { booleanSetting } from "../options";
import type { Heap } from "../wasm/heap";
import { CsvSplitter, fastColumns } from "./fields";

export function textOptionsOf(options: CsvOptions): TextOptions {
  return { lineSep: options.lineSep, encoding: options.encoding, whole: options.multiLine };
}

/** Empty lines and comments are no records. */
export function isRecordLine(line: string, options: CsvOptions): boolean {
  return line.trim() !== "" && (options.comment === undefined || !line.startsWith(options.comment));
}

export function openCsvSplit(split: FileSplit, columns: readonly ScanColumn[], request: ScanRequest, env: ScanEnv): SplitReader {
  const { relation, settings } = request;
  const options = csvOptions(relation.options, settings);
  const { caseSensitive } = settings;
  const data: StructType = {
    kind: "struct",
    fields: relation.schema.fields.filter(({ name }) => !relation.partitionColumns.includes(name)),
  };
  const needed = neededFields(columns, data, caseSensitive);
  const corrupt = options.columnNameOfCorruptRecord;
  const corruptField = needed.find(({ name }) => name === corrupt);
  // With columns left out, only what is read decides whether a record is good. With a default among it, all of a record does.
  const prunes =
    corruptField === undefined &&
    defaultsOf(needed, relation) === null &&
    needed.length < withoutCorruptColumn(data, corrupt).fields.length &&
    booleanSetting(settings, "spark.sql.csv.parser.columnPruning.enabled", true);
  const fields = prunes ? needed : data.fields;
  const notice = (mode: LenientMode, text: string): void => env.badRecord(mode, split.path, text);
  const kept = withoutCorruptColumn({ kind: "struct", fields }, corrupt).fields;
  const defaults = defaultsOf(kept, relation) ?? new Array<Boxed>(kept.length).fill(null);
  const record = new RecordRows({ kind: "struct", fields }, data, defaults, options, settings, prunes, notice);
  const fast = corruptField === undefined ? fastColumns(fields, withoutCorruptColumn(data, corrupt).fields, options) : null;
  if (fast !== null && data.fields.every(({ name }) => name !== corrupt)) {
    const tokenize = csvLineTokenizer(options);
    const readRecord = (line: string): readonly (readonly Boxed[])[] =>
      isRecordLine(line, options) ? namingFile(split, () => record.rows(tokenize(line), line)) : [];
    const width = prunes ? 0 : data.fields.length;
    const places = fast.map(({ field }) => field);
    const splitter = (heap: Heap): CsvSplitter => new CsvSplitter(heap, places, width, options);
    const reader = new FastLines(split, fast, { splitter, readRecord, header: options.header }, env.storage);
    return new PickedColumns(reader, fields, columns, caseSensitive);
  }
  const runs = options.multiLine ? wholeRuns(split, options, record, env) : lineRuns(split, options, record, env);
  return new RowBatches(runs, fields, columns, caseSensitive);
}

/** Tokens of a record to its row, by the mode for bad records. */
class RecordRows {
  readonly #read: (record: string) => readonly (readonly Boxed[])[];
  readonly #places: readonly number[];
  readonly #readers: readonly ((token: string) => Boxed)[];
  readonly #width: number;
  readonly #names: readonly string[];
  readonly #fold: (name: string) => string;
  #tokens: CsvTokens | null = null;

  constructor(
    schema: StructType,
    data: StructType,
    /** What stands for fields that a record lacks, or that are not of their types. */
    private readonly defaults: readonly Boxed[],
    private readonly options: CsvOptions,
    settings: SqlSettings,
    private readonly prunes: boolean,
    notice: (mode: LenientMode, record: string) => void,
  ) {
    const corrupt = options.columnNameOfCorruptRecord;
    const all = withoutCorruptColumn(data, corrupt).fields;
    const fields = withoutCorruptColumn(schema, corrupt).fields;
    this.#width = all.length;
    this.#fold = settings.caseSensitive ? (name) => name : (name) => name.toLowerCase();
    this.#names = fields.map(({ name }) => this.#fold(name));
    this.#places = fields.map((field: StructField) => all.indexOf(field));
    this.#readers = fields.map((field) => tokenReader(field.type, options, settings));
    this.#read = recordReader(() => this.#convert(), schema, options.mode, corrupt, notice);
  }

  /** Throws where names must be as the schema says, and are not. */
  header(tokens: CsvTokens, split: FileSplit): void {
    if (this.options.enforceSchema) return;
    const expected = this.#names;
    const wrong =
      (!this.prunes && tokens.length !== this.#width) ||
      expected.some((name, i) => this.#fold(tokens[this.#places[i]!] ?? "") !== name);
    if (!wrong) return;
    throw readFailed(
      split.path,
      `its header is ${tokens.map((token) => token ?? "").join(", ")}, and the schema has ${expected.join(", ")}.`,
    );
  }

  rows(tokens: CsvTokens | null, record: string): readonly (readonly Boxed[])[] {
    this.#tokens = tokens;
    return this.#read(record);
  }

  #convert(): readonly (readonly Boxed[])[] {
    const tokens = this.#tokens;
    if (tokens === null) throw new BadRecord([]);
    const { nullValue } = this.options;
    const places = this.#places;
    let bad = !this.prunes && tokens.length !== this.#width;
    const row = [...this.defaults];
    for (let i = 0; i < row.length; i++) {
      const token = tokens[places[i]!];
      if (token === undefined) continue;
      const isNull = token === null || token === nullValue;
      const value = isNull ? null : this.#readers[i]!(token);
      if (isNull || value !== null) row[i] = value;
      else bad = true;
    }
    if (bad) throw new BadRecord([row]);
    return [row];
  }
}

function lineRuns(split: FileSplit, options: CsvOptions, record: RecordRows, env: ScanEnv): RowRuns {
  const lines = openLines(split, textOptionsOf(options), env.storage);
  const tokenize = csvLineTokenizer(options);
  let headerAhead = options.header && split.start === 0;
  return {
    next() {
      const run = lines.next();
      if (run === null) return null;
      return namingFile(split, () => {
        const rows: (readonly Boxed[])[] = [];
        for (const line of run) {
          if (!isRecordLine(line, options)) continue;
          if (headerAhead) {
            headerAhead = false;
            record.header(tokenize(line) ?? [], split);
            continue;
          }
          rows.push(...record.rows(tokenize(line), line));
        }
        return rows;
      });
    },
    get bytesRead() {
      return lines.bytesRead;
    },
    close: () => lines.close(),
  };
}

const RUN_RECORDS = 1024;

function wholeRuns(split: FileSplit, options: CsvOptions, record: RecordRows, env: ScanEnv): RowRuns {
  const { text, bytesRead } = readText(split, options.encoding, env.storage);
  const scanner = new CsvScanner(text, options);
  let ended = false;
  if (options.header) {
    const tokens = namingFile(split, () => scanner.next());
    if (tokens !== null) record.header(tokens, split);
  }
  return {
    next() {
      if (ended) return null;
      return namingFile(split, () => {
        const rows: (readonly Boxed[])[] = [];
        for (let i = 0; i < RUN_RECORDS; i++) {
          const tokens = scanner.next();
          if (tokens === null) {
            ended = true;
            break;
          }
          rows.push(...record.rows(tokens, scanner.record));
        }
        return rows;
      });
    },
    bytesRead,
    close: () => (ended = true),
  };
}
