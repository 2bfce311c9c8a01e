import { attribute, alias, call, literal } from "../../../src/dataframe/expressions/build";
import {
  childrenOf,
  isDeterministic,
  isFoldable,
  sameExpression,
  transformDown,
  transformUp,
} from "../../../src/dataframe/expressions/traverse";
import { bindText } from "../functions/evaluate";

const INT = { kind: "int" } as const;
const a = attribute(1, "a", INT, true);
const b = attribute(2, "b", INT, true);
const plus = call("+", [a, b], INT, true, { options: { mode: "ansi" } });

test("a rewriting that changes nothing gives the same nodes", () => {
  expect(transformUp(plus, (node) => node)).toBe(plus);
  expect(transformDown(alias(plus, "x", 3), (node) => node)).toMatchObject({ child: plus });
});

test("transformUp sees rewritten children, transformDown enters what it made", () => {
  const toLiteral = transformUp(plus, (node) => (node === a ? literal(1, INT) : node));
  expect(childrenOf(toLiteral)).toEqual([literal(1, INT), b]);
  const down = transformDown(alias(a, "x", 3), (node) => (node.kind === "alias" ? plus : node === b ? a : node));
  expect(childrenOf(down)).toEqual([a, a]);
});

test("constants are foldable, columns and random values are not", () => {
  expect(isFoldable(bindText("upper('a') || 'b'"))).toBe(true);
  expect(isFoldable(bindText("transform(array(1), x -> x + 1)"))).toBe(true);
  expect(isFoldable(plus)).toBe(false);
  expect(isFoldable(bindText("rand()"))).toBe(false);
  expect(isFoldable(bindText("raise_error('x')"))).toBe(false);
  expect(isDeterministic(bindText("1 + rand()"))).toBe(false);
  expect(isDeterministic(plus)).toBe(true);
});

test("equal computations are the same, whatever their lambda variables are called", () => {
  expect(sameExpression(bindText("transform(array(1), x -> x + 1)"), bindText("transform(array(1), y -> y + 1)"))).toBe(true);
  expect(sameExpression(bindText("transform(array(1), x -> x + 1)"), bindText("transform(array(1), y -> y + 2)"))).toBe(false);
  expect(sameExpression(bindText("1 + 1"), bindText("1 - 1"))).toBe(false);
  expect(sameExpression(bindText("cast(1 as long)"), bindText("try_cast(1 as long)"))).toBe(false);
  expect(sameExpression(literal(NaN, { kind: "double" }), literal(NaN, { kind: "double" }))).toBe(true);
});
