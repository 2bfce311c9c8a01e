/** Texts that are the same for plans that do the same. */
import type { Attribute, NamedExpression } from "../../../src/dataframe/expressions/expression";
import type { LogicalPlan } from "../../../src/dataframe/logical/plan";
import { logicalSignature } from "../../../src/dataframe/logical/signature";

const column = (id: number, name: string): Attribute => ({
  kind: "attribute",
  id,
  name,
  type: { kind: "int" },
  nullable: false,
  qualifier: [],
});

function projection(
  ids: readonly [number, number],
  outputs: (a: Attribute, b: Attribute) => readonly NamedExpression[],
): LogicalPlan {
  const [a, b] = [column(ids[0], "a"), column(ids[1], "b")];
  return { kind: "project", child: { kind: "localRelation", output: [a, b], rows: [[1, 2]] }, expressions: outputs(a, b) };
}

test("ids and names of columns do not count, their places do", () => {
  const plan = projection([1, 2], (a) => [a]);
  expect(logicalSignature(projection([7, 3], (a) => [a]))).toBe(logicalSignature(plan));
  expect(logicalSignature(projection([1, 2], (_, b) => [b]))).not.toBe(logicalSignature(plan));
});

test("a plan's expressions are looked at once", () => {
  let looked = 0;
  const plan = projection([1, 2], (a) => [a]);
  const { expressions } = plan as Extract<LogicalPlan, { kind: "project" }>;
  const watched = Object.defineProperty({ ...plan }, "expressions", {
    enumerable: true,
    get: () => {
      looked++;
      return expressions;
    },
  });
  const text = logicalSignature(watched);
  const after = looked;
  expect(after).toBeGreaterThan(0);
  expect(logicalSignature(watched)).toBe(text);
  expect(looked).toBe(after);
  expect(text).toBe(logicalSignature(plan));
});
