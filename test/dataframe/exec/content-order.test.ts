/** What is dealt out by turns goes to the same partitions whatever the order in which the rows come. */
import fc from "fast-check";
import type { Boxed, DataType, StructType } from "../../../src/columnar/types";
import { batchOfBoxed, boxedRows } from "../../../src/columnar/batch";
import type { BoxedRow } from "../../../src/columnar/vector";
import { inContentOrder } from "../../../src/dataframe/exec/exchange/content-order";
import type { OpenTask } from "../../../src/dataframe/exec/operator";
import { isOrderSensitive } from "../../../src/dataframe/physical/order-sensitive";
import type { Partitioning, PhysicalPlan } from "../../../src/dataframe/physical/plan";
import { attribute, sourceOf, textOf } from "./harness";

const PAIR: StructType = {
  kind: "struct",
  fields: [
    { name: "a", type: { kind: "int" }, nullable: true },
    { name: "b", type: { kind: "int" }, nullable: true },
  ],
};
const TYPES: readonly DataType[] = [
  { kind: "int" },
  { kind: "int" },
  { kind: "string" },
  PAIR,
  { kind: "map", key: { kind: "string" }, value: { kind: "int" }, valueContainsNull: true },
];
const columns = TYPES.map((type, i) => attribute(`c${i}`, type));

const small = fc.option(fc.integer({ min: 0, max: 2 }));
const rowsArbitrary = fc.array(
  fc
    .tuple(small, small, fc.option(fc.constantFrom("", "a", "b")), fc.option(fc.tuple(small, small)), small)
    .map(([a, b, s, pair, m]): BoxedRow => [a, b, s, pair as Boxed, m === null ? null : { keys: ["k"], values: [m] }]),
  { maxLength: 60 },
);

const task = {
  env: { memory: { reserve: () => true, release: () => {}, heapFull: () => false }, checkInterrupted: () => {} },
} as unknown as OpenTask;

function inOrder(rows: readonly BoxedRow[], batchRows: number): string[] {
  const batches = [];
  for (let from = 0; from < rows.length; from += batchRows) batches.push(batchOfBoxed(rows.slice(from, from + batchRows), TYPES));
  const source = inContentOrder(sourceOf(batches), columns, task, 1);
  const found: string[] = [];
  for (let batch = source.next(); batch !== null; batch = source.next()) found.push(...boxedRows(batch, TYPES).map(textOf));
  return found;
}

test("the order is that of the content, not that of arrival", () => {
  const shuffled = rowsArbitrary.chain((rows) =>
    fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows], { minLength: rows.length, maxLength: rows.length })),
  );
  fc.assert(
    fc.property(shuffled, fc.integer({ min: 1, max: 20 }), ([rows, others], batchRows) => {
      expect(inOrder(others, batchRows)).toEqual(inOrder(rows, 100));
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 100) },
  );
});

test("rows that differ in where the nulls are keep their order", () => {
  const [a, b]: BoxedRow[] = [
    [null, 1, null, null, null],
    [1, null, null, null, null],
  ];
  expect(inOrder([b!, a!], 1)).toEqual(inOrder([a!, b!], 2));
});

test("a stage that deals out rows as they come is sensitive to their order; one that sorts them, or sends them all to one place, is not", () => {
  const root: PhysicalPlan = { kind: "shuffleRead", id: 1, output: columns, input: 0, how: "" };
  const sensitive = (partitioning: Partitioning): boolean => isOrderSensitive({ root, sink: { kind: "shuffle", partitioning } });
  expect(sensitive({ kind: "roundRobin", numPartitions: 3 })).toBe(true);
  expect(sensitive({ kind: "roundRobin", numPartitions: 3, deal: "sorted" })).toBe(false);
  expect(sensitive({ kind: "roundRobin", numPartitions: 3, deal: "tasks" })).toBe(false);
});
