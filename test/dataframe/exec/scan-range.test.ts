/** Rows of a task's range, out of columns in each form. */
import { boxedReader } from "../../../src/columnar/batch";
import type { ColumnBatch, FixedVector, Vector } from "../../../src/columnar/vector";
import { attribute, literal } from "../../../src/dataframe/expressions/build";
import { conditionsOf, rangeOf, rowsWithin } from "../../../src/dataframe/exec/scan-range";
import type { ScanExec } from "../../../src/dataframe/physical/plan";

const LONG = { kind: "long" } as const;
const column = attribute(1, "k", LONG, false);
const scan = { output: [column] } as unknown as ScanExec;
const FROM = [-Infinity, 10, 20];

const fixed = (values: readonly number[]): FixedVector => ({
  form: "fixed",
  length: values.length,
  values: Float64Array.from(values),
  valid: null,
});
const FORMS: Readonly<Record<string, (values: readonly number[]) => Vector>> = {
  fixed,
  dictionary: (values) => {
    const different = [...new Set(values)];
    const codes = Int32Array.from(values, (value) => different.indexOf(value));
    return { form: "dictionary", length: values.length, codes, dictionary: fixed(different), valid: null };
  },
  wide: (values) => ({
    form: "wide",
    words: 1,
    length: values.length,
    values: BigInt64Array.from(values, (value) => BigInt(value)),
    valid: null,
  }),
};

function kept(vector: Vector, task: number): unknown[][] {
  const batches: ColumnBatch[] = [{ length: vector.length, columns: [vector] }];
  const source = rowsWithin(
    { next: () => batches.shift() ?? null, close: () => {} },
    rangeOf(scan, { column: 0, from: FROM }, task),
  );
  const found: unknown[][] = [];
  for (let batch = source.next(); batch !== null; batch = source.next()) {
    const read = boxedReader(batch.columns[0]!, LONG);
    found.push(Array.from({ length: batch.length }, (_, row) => Number(read(row))));
  }
  return found;
}

describe.each(Object.keys(FORMS))("%s", (form) => {
  test.each([
    ["all", [3, 1, 2], [[[3, 1, 2]], [], []]],
    ["sorted", [8, 9, 10, 11, 25], [[[8, 9]], [[10, 11]], [[25]]]],
    ["not sorted", [25, 8, 19, 9, 10, 20], [[[8, 9]], [[19, 10]], [[25, 20]]]],
  ])("%s", (_, values, wanted) => {
    expect(wanted.map((__, task) => kept(FORMS[form]!(values), task))).toEqual(wanted);
  });
});

test("sources are told the ends that there are", () => {
  const of = (task: number): unknown[] =>
    conditionsOf(rangeOf(scan, { column: 0, from: FROM }, task)).map((call) => call.kind === "call" && [call.fn, call.args[1]]);
  expect(of(0)).toEqual([["<", literal(10, LONG)]]);
  expect(of(1)).toEqual([
    [">=", literal(10, LONG)],
    ["<", literal(20, LONG)],
  ]);
  expect(of(2)).toEqual([[">=", literal(20, LONG)]]);
});
