import { attribute, callByName } from "../../../src/dataframe/expressions/build";
import type { Expression } from "../../../src/dataframe/expressions/expression";
import { foldExpression } from "../../../src/dataframe/expressions/fold";
import { interpreter } from "../../../src/dataframe/expressions/interpret";
import { printed } from "../../../src/dataframe/expressions/print";
import { bindText, evaluate, settings } from "../functions/evaluate";

const context = { settings: settings(), partition: 3, inputFile: () => null };
const a = attribute(1, "a", { kind: "int" }, true);
const b = attribute(2, "b", { kind: "boolean" }, true);

function apply(name: string, ...args: Expression[]): Expression {
  return callByName(name, args, {
    settings: settings(),
    name,
    at: undefined,
    nextId: () => 0,
    fold: (expression) => foldExpression(expression, settings()),
    bindLambda: () => {
      throw new Error("No lambdas.");
    },
  });
}

test("columns come from their places in the row", () => {
  const sum = interpreter(apply("+", a, a), [b, a], context);
  expect(sum([true, 21])).toBe(42);
  expect(sum([true, null])).toBeNull();
});

test("AND stops at what decides, and null leaves open what nothing decides", () => {
  const and = interpreter(apply("and", b, apply("=", apply("/", a, a), a)), [a, b], context);
  expect(and([0, false])).toBe(false);
  expect(() => and([0, true])).toThrow("DIVIDE_BY_ZERO");
  expect(and([null, true])).toBeNull();
  expect(and([null, false])).toBe(false);
});

test("branches that are not taken are not evaluated", () => {
  expect(evaluate("if(true, 1, 1 div 0)")).toBe("1");
  expect(evaluate("coalesce(1, 1 div 0)")).toBe("1");
  expect(evaluate("CASE WHEN false THEN 1 div 0 ELSE 2 END")).toBe("2");
});

test("lambdas see their parameters and those around them", () => {
  expect(evaluate("transform(array(1, 2), x -> transform(array(10), y -> x + y))")).toBe("[[11],[12]]");
  expect(evaluate("filter(array(1, 2, 3), x -> x > 1)")).toBe("[2,3]");
});

test("a task's partition is part of its random values", () => {
  const random = bindText("rand(1)");
  const inPartition = (partition: number): unknown => interpreter(random, [], { ...context, partition })([]);
  expect(inPartition(0)).toBe(0.6363787615254752);
  expect(inPartition(1)).not.toBe(inPartition(0));
  expect(interpreter(bindText("monotonically_increasing_id()"), [], context)([])).toBe(3 * 2 ** 33);
});

test("user functions and subqueries come through hooks", () => {
  const fn = { id: "f", name: "twice", returnType: a.type, deterministic: true, nullable: true, form: "scalar" } as const;
  const userCall: Expression = { kind: "userCall", fn, args: [a], type: a.type, nullable: true };
  const run = interpreter(userCall, [a], { ...context, userFunction: () => (x) => (x as number) * 2 });
  expect(run([4])).toBe(8);
  expect(() => interpreter(userCall, [a], context)).toThrow("twice");
});

test("what needs a column cannot be folded", () => {
  expect(foldExpression(bindText("1 + 1"), settings()).value).toBe(2);
  expect(() => foldExpression(apply("+", a, a), settings())).toThrow("NON_FOLDABLE_INPUT");
});

test("names of columns leave out qualifiers and implicit casts", () => {
  const qualified = attribute(5, "a", { kind: "int" }, true, ["t"]);
  expect(printed(apply("=", qualified, bindText("1L")))).toBe("(a = 1)");
  expect(printed(bindText("cast('1' as int) + 1"))).toBe("(CAST(1 AS INT) + 1)");
});
