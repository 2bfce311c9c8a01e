/** How batches are carried out: what is not looked at a second time. */
import type { Rule } from "../../../src/dataframe/optimizer/context";
import { runBatches } from "../../../src/dataframe/optimizer/engine";
import { expressionRule } from "../../../src/dataframe/optimizer/rules/expression-rule";
import { tables, TestSession } from "../support/session";

const session = (): TestSession => new TestSession(tables({ t: "a INT, b INT" }));

test("a rule that has left a plan as it is does not see the same plan again", () => {
  const one = session();
  const seen: string[] = [];
  let changes = 2;
  const still: Rule = { name: "Still", apply: (plan) => (seen.push("still"), plan) };
  const moving: Rule = {
    name: "Moving",
    apply: (plan) => (seen.push("moving"), changes-- > 0 ? { ...plan } : plan),
  };
  const batches = [
    { name: "first", repeat: true, rules: [still, moving] },
    { name: "second", repeat: true, rules: [still, moving] },
  ];
  runBatches(one.analyzed("SELECT a FROM t WHERE b > 1"), batches, one.optimizer);
  expect(seen).toEqual(["still", "moving", "still", "moving", "still", "moving"]);
});

test("a rule of expressions looks at those that it has left as they are once in an optimization", () => {
  const one = session();
  const seen: string[] = [];
  const rule = expressionRule("Names", (expression) => {
    if (expression.kind === "attribute") seen.push(expression.name);
    return expression;
  });
  const plan = one.analyzed("SELECT a FROM t WHERE b > 1");
  const context = one.optimizer;
  rule.apply(plan, context);
  const first = [...seen];
  expect(first).toContain("b");
  rule.apply({ ...plan }, context);
  expect(seen).toEqual(first);
  rule.apply(plan, { ...context });
  expect(seen).toEqual([...first, ...first]);
});
