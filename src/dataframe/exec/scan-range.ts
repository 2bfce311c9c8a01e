/** The rows of a task's range out of a scan of parts that may reach beyond it. */
import { boxedReader, gatherBatch, sliceBatch } from "../../columnar/batch";
import type { BatchSource, ColumnBatch, Vector } from "../../columnar/vector";
import { BOOLEAN, call, literal } from "../expressions/build";
import type { Attribute, Expression } from "../expressions/expression";
import type { ScanExec, ScanRanges } from "../physical/plan";

/** low <= column < high, of whole numbers that are exact as doubles. */
interface Range {
  readonly column: Attribute;
  readonly place: number;
  readonly low: number;
  readonly high: number;
}

export function rangeOf(scan: ScanExec, { column, from }: ScanRanges, task: number): Range {
  return { column: scan.output[column]!, place: column, low: from[task]!, high: from[task + 1] ?? Infinity };
}

/** For sources that look at the statistics of what they read. */
export function conditionsOf({ column, low, high }: Range): readonly Expression[] {
  const conditions: Expression[] = [];
  if (low > -Infinity) conditions.push(call(">=", [column, literal(low, column.type)], BOOLEAN, false));
  if (high < Infinity) conditions.push(call("<", [column, literal(high, column.type)], BOOLEAN, false));
  return conditions;
}

export function rowsWithin(source: BatchSource, range: Range): BatchSource {
  return {
    next() {
      for (;;) {
        const batch = source.next();
        if (batch === null) return null;
        const kept = within(batch, range);
        if (kept.length > 0) return kept;
      }
    },
    close: () => source.close(),
  };
}

function within(batch: ColumnBatch, { column, place, low, high }: Range): ColumnBatch {
  const { length } = batch;
  const vector = batch.columns[place]!;
  // Most batches are.
  if (isWithin(vector, low, high)) return batch;
  const rows = new Int32Array(length);
  const count = rowsOf(vector, column, low, high, rows);
  if (count === length) return batch;
  const first = count === 0 ? 0 : rows[0]!;
  // Of a sorted table the rows follow one another.
  if (count === 0 || rows[count - 1]! - first === count - 1) return sliceBatch(batch, first, first + count);
  return gatherBatch(batch, rows, count);
}

/** Whether all rows are known to be in the range. */
function isWithin(vector: Vector, low: number, high: number): boolean {
  if (vector.form === "fixed") return areWithin(vector.values, vector.length, low, high);
  if (vector.form !== "dictionary" || vector.dictionary.form !== "fixed") return false;
  return codesAreWithin(vector.codes, vector.dictionary.values, vector.length, low, high);
}

function areWithin(values: Numbers, length: number, low: number, high: number): boolean {
  for (let row = 0; row < length; row++) {
    const value = values[row]!;
    if (!(value >= low && value < high)) return false;
  }
  return true;
}

function codesAreWithin(codes: Codes, values: Numbers, length: number, low: number, high: number): boolean {
  for (let row = 0; row < length; row++) {
    const value = values[codes[row]!]!;
    if (!(value >= low && value < high)) return false;
  }
  return true;
}

/** Numbers of the rows in the range, in `rows`; gives how many there are. */
function rowsOf(vector: Vector, { type }: Attribute, low: number, high: number, rows: Int32Array): number {
  if (vector.form === "fixed") return rowsOfValues(vector.values, low, high, rows);
  if (vector.form === "dictionary" && vector.dictionary.form === "fixed")
    return rowsOfCodes(vector.codes, vector.dictionary.values, low, high, rows);
  const read = boxedReader(vector, type);
  const values = new Float64Array(vector.length);
  for (let row = 0; row < values.length; row++) values[row] = Number(read(row));
  return rowsOfValues(values, low, high, rows);
}

function rowsOfValues(values: Numbers, low: number, high: number, rows: Int32Array): number {
  let count = 0;
  for (let row = 0; row < rows.length; row++) {
    const value = values[row]!;
    if (value >= low && value < high) rows[count++] = row;
  }
  return count;
}

function rowsOfCodes(codes: Codes, values: Numbers, low: number, high: number, rows: Int32Array): number {
  let count = 0;
  for (let row = 0; row < rows.length; row++) {
    const value = values[codes[row]!]!;
    if (value >= low && value < high) rows[count++] = row;
  }
  return count;
}

type Numbers = Extract<Vector, { form: "fixed" }>["values"];
type Codes = Extract<Vector, { form: "dictionary" }>["codes"];
