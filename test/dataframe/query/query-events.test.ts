/** What listeners are told of a query's plans, and how often operators are put into words for it. */
import type { ListenerEvent } from "../../../src/events/listener-events";
import type { ContextPort } from "../../../src/rdd/context-port";
import type { Attribute, NamedExpression } from "../../../src/dataframe/expressions/expression";
import type { PhysicalPlan } from "../../../src/dataframe/physical/plan";
import { QueryEvents } from "../../../src/dataframe/query/query-events";
import type { QueryMetrics } from "../../../src/dataframe/query/query-metrics";

const a: Attribute = { kind: "attribute", id: 1, name: "a", type: { kind: "int" }, nullable: false, qualifier: [] };

/** A projection of a table; `printed` is called each time somebody looks at what it evaluates. */
function project(id: number, outputs: readonly NamedExpression[], printed: () => void): PhysicalPlan {
  const child: PhysicalPlan = { kind: "localTable", id: id + 1, output: [a], partitions: [] };
  return {
    kind: "project",
    id,
    output: [a],
    child,
    get expressions() {
      printed();
      return outputs;
    },
  };
}

interface Told {
  readonly events: readonly ListenerEvent[];
  readonly printed: readonly number[];
}

/** A query that begins with one plan, carries an exchange out, and ends with another. */
function told(before: readonly NamedExpression[], after: readonly NamedExpression[]): Told {
  const events: ListenerEvent[] = [];
  const printed = [0, 0];
  const late: (() => void)[] = [];
  let ids = 100;
  const port = {
    wantsEvent: () => true,
    nextSharedVariableId: () => ids++,
    postEvent: (event: ListenerEvent) => late.push(() => events.push(event)),
    postEventLate: (_type: string, make: () => ListenerEvent | null) =>
      late.push(() => {
        const event = make();
        if (event !== null) events.push(event);
      }),
  } as unknown as ContextPort;
  const plans = [before, after].map((outputs, i) => project(10 * i, outputs, () => printed[i]!++));
  let current = plans[0]!;
  const metrics = { value: new Map() } as unknown as QueryMetrics;
  const texts = { parsed: "", analyzed: "analysed", optimized: "optimised" };
  const query = new QueryEvents(
    port,
    metrics,
    () => current,
    () => texts,
  );
  query.start({ scope: "collect", site: "query.ts:1" }, []);
  query.exchanged(7, 10, 1);
  current = plans[1]!;
  query.end();
  for (const post of late) post();
  return { events, printed };
}

const one: NamedExpression = { kind: "alias", id: 2, name: "one", child: a, type: a.type, nullable: false };

test("each operator of a plan is put into words once, for the text and for the tree", () => {
  const { events, printed } = told([a], [one]);
  expect(printed).toEqual([1, 1]);
  expect(events.map(({ type }) => type)).toEqual([
    "SQLExecutionStart",
    "SQLAdaptiveExecutionUpdate",
    "DriverAccumUpdates",
    "SQLExecutionEnd",
  ]);
  const texts = events.flatMap((event) =>
    event.type === "SQLExecutionStart" || event.type === "SQLAdaptiveExecutionUpdate"
      ? [[event.physicalPlanDescription, event.sparkPlanInfo.simpleString, event.sparkPlanInfo.children[0]!.simpleString]]
      : [],
  );
  expect(texts).toEqual([
    ["== Physical Plan ==\nProject [a#1]\n+- LocalTableScan [a#1]\n", "Project [a#1]", "LocalTableScan [a#1]"],
    ["== Physical Plan ==\nProject [a#1 AS one#2]\n+- LocalTableScan [a#1]\n", "Project [a#1 AS one#2]", "LocalTableScan [a#1]"],
  ]);
});

test("a plan that reads as before is not told again", () => {
  const { events } = told([a], [a]);
  expect(events.map(({ type }) => type)).toEqual(["SQLExecutionStart", "DriverAccumUpdates", "SQLExecutionEnd"]);
});
