/** Scans of sorted files: how they are cut, what is planned over them, which parts tasks read. */
import fc from "fast-check";
import type { PhysicalPlan, ScanExec } from "../../../src/dataframe/physical/plan";
import { planWith } from "../../../src/dataframe/physical/plan-query";
import type { PlanServices } from "../../../src/dataframe/physical/services";
import { operatorName, exchangesOf } from "../../../src/dataframe/physical/print";
import { QueryState } from "../../../src/dataframe/physical/planner";
import { childrenOf, walk } from "../../../src/dataframe/physical/traverse";
import type { SourcePart } from "../../../src/dataframe/sources/data-source";
import { TestSession, tables } from "../support/session";

const TABLES = tables({
  facts: ["k LONG, a INT, v INT", 50_000_000],
  orders: ["o LONG, b INT", 40_000_000],
  tiny: ["t INT, u INT", 100],
  loose: ["x LONG, y INT", 30_000_000],
});

type Bounds = SourcePart["bounds"][number];
/** Bounds of the first column of each table's parts, 100 bytes each. */
type Parts = Readonly<Record<string, readonly Bounds[]>>;

const SORTED: Parts = {
  facts: [
    [0, 9],
    [10, 19],
    [20, 29],
    [30, 39],
  ],
  orders: [
    [0, 14],
    [15, 24],
    [24, 40],
  ],
};

function services(session: TestSession, parts: Parts, tasks: number): PlanServices {
  return {
    ...session.services(tasks),
    parts: (scan) => {
      const [key] = Object.keys(TABLES_KEYS).filter((name) => TABLES_KEYS[name] === scan.relation.schema.fields[0]!.name);
      const bounds = parts[key!];
      if (bounds === undefined) return null;
      const first = scan.relation.schema.fields[0]!.name;
      return {
        parts: bounds.map((own) => ({ bytes: 100, bounds: scan.output.map(({ name }) => (name === first ? own : null)) })),
        splits: (places) => places.map((place) => `${key} ${place}`),
      };
    },
  };
}

const TABLES_KEYS: Readonly<Record<string, string>> = { facts: "k", orders: "o", tiny: "t", loose: "x" };

function planned(sql: string, parts = SORTED, tasks = 2, conf: Readonly<Record<string, string>> = {}) {
  const session = new TestSession(TABLES, conf);
  const state = new QueryState();
  const plan = planWith(session.optimized(sql), session.settings, services(session, parts, tasks), state);
  const scans: ScanExec[] = [];
  walk(plan, (node) => {
    if (node.kind === "scan") scans.push(node);
  });
  return { plan, shape: shape(plan), splits: scans.map((scan) => state.splits.get(scan.id)), scans };
}

function shape(plan: PhysicalPlan): string {
  const exchanges = exchangesOf(plan);
  const visit = (node: PhysicalPlan): string => {
    const name = node.kind === "scan" ? (node.within === undefined ? "Scan" : "Scan*") : operatorName(node, exchanges);
    const mode = node.kind === "hashAggregate" ? `:${node.mode}` : node.kind === "exchange" ? `:${node.partitioning.kind}` : "";
    const children = childrenOf(node).map(visit);
    return children.length === 0
      ? name
      : `${name}${mode} ${children.length > 1 ? `(${children.join(", ")})` : (children[0] as string)}`;
  };
  return visit(plan).replaceAll("Project ", "").replaceAll("Filter ", "");
}

const COMPLETE = "HashAggregate:complete";

describe("plans", () => {
  test.each([
    ["select k, sum(v) from facts group by k", `${COMPLETE} Scan`],
    ["select k + 0, sum(v) from facts group by k + 0", "HashAggregate:final Exchange:hash HashAggregate:partial Scan"],
    ["select a, k, sum(v) from facts group by a, k", `${COMPLETE} Scan`],
    ["select a, sum(v) from facts group by a", "HashAggregate:final Exchange:hash HashAggregate:partial Scan"],
    ["select k, row_number() over (partition by k order by v) from facts", "Window Sort Scan"],
    ["select v, b from facts join orders on k = o", "ShuffledHashJoin (Scan, Scan*)"],
    ["select v, b from orders right join facts on k = o", "ShuffledHashJoin (Scan*, Scan)"],
    ["select v, b from orders full join facts on k = o", "ShuffledHashJoin (Scan*, Scan)"],
    ["select b from orders where exists (select 1 from facts where k = o and v <> b)", "ShuffledHashJoin (Scan*, Scan)"],
    ["select b from orders where not exists (select 1 from facts where k = o)", "ShuffledHashJoin (Scan*, Scan)"],
    [
      "select o, sum(v) from facts join orders on k = o join tiny on a = t group by o",
      `${COMPLETE} ShuffledHashJoin (BroadcastHashJoin (Scan, BroadcastExchange:broadcast Scan), Scan*)`,
    ],
    [
      "select b, n from orders join (select k, count(*) as n from facts group by k) on k = o where n > 3",
      `ShuffledHashJoin (Scan, ${COMPLETE} Scan*)`,
    ],
    // Nothing is known of the other table, or of what is compared.
    ["select v, y from facts join loose on k = x", "ShuffledHashJoin (Exchange:hash Scan, Exchange:hash Scan)"],
    ["select v, b from facts join orders on k + 1 = o", "ShuffledHashJoin (Exchange:hash Scan, Exchange:hash Scan)"],
    ["select v from facts where k not in (select o from orders)", "BroadcastHashJoin (Scan, BroadcastExchange:broadcast Scan)"],
    [
      "select /*+ broadcast(orders) */ v, b from facts join orders on k = o",
      "BroadcastHashJoin (Scan, BroadcastExchange:broadcast Scan)",
    ],
  ])("%s", (sql, wanted) => expect(planned(sql).shape).toBe(wanted));

  test("the setting", () => {
    const conf = { "firesteel.sql.rangedScans.enabled": "false" };
    expect(planned("select k, sum(v) from facts group by k", SORTED, 2, conf).shape).toContain("Exchange");
  });

  test.each<[string, readonly Bounds[]]>([
    [
      "not sorted",
      [
        [10, 19],
        [0, 9],
        [20, 29],
        [30, 39],
      ],
    ],
    [
      "values on both sides of each place",
      [
        [0, 10],
        [10, 20],
        [20, 30],
        [30, 39],
      ],
    ],
    ["something is not known", [[0, 9], null, [20, 29], [30, 39]]],
    [
      "one place only, and uneven",
      [
        [0, 9],
        [10, 20],
        [20, 30],
        [30, 40],
        [40, 41],
      ],
    ],
  ])("%s: no ranges", (_, facts) => {
    expect(planned("select k, sum(v) from facts group by k", { facts }).shape).toContain("Exchange");
  });
});

test("tasks read the parts that have values of their range", () => {
  const { splits, scans } = planned("select v, b from facts join orders on k = o");
  expect(splits).toEqual([
    [
      ["facts 0", "facts 1"],
      ["facts 2", "facts 3"],
    ],
    [
      ["orders 0", "orders 1"],
      ["orders 1", "orders 2"],
    ],
  ]);
  expect(scans[1]!.within).toEqual({ column: 0, from: [-Infinity, 20] });
});

test("tables of which tasks would read too much twice are not cut", () => {
  const orders: readonly Bounds[] = [[0, 40]];
  expect(planned("select v, b from facts join orders on k = o", { ...SORTED, orders }).shape).toContain("Exchange");
});

test("any sorted parts: tasks have ranges of their own, and find every part that has values in them", () => {
  const sorted = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 5 })), { minLength: 2, maxLength: 12 })
    .map((steps) => {
      let at = 0;
      return steps.map(([gap, width]): [number, number] => {
        const low = at + gap;
        at = low + width;
        return [low, at];
      });
    });
  fc.assert(
    fc.property(sorted, sorted, fc.integer({ min: 2, max: 4 }), (facts, orders, tasks) => {
      const { splits, scans } = planned("select v, b from facts join orders on k = o", { facts, orders }, tasks);
      const place = (name: unknown): number => Number(String(name).split(" ")[1]);
      scans.forEach((scan, i) => {
        const bounds = scan.output[0]!.name === "k" ? facts : orders;
        const own = splits[i]!.map((items) => items.map(place));
        const from = scan.within?.from;
        if (from !== undefined) {
          own.forEach((parts, task) => {
            const [low, high] = [from[task]!, from[task + 1] ?? Infinity];
            expect(parts).toEqual(bounds.flatMap(([min, max], part) => (max >= low && min < high ? [part] : [])));
          });
        } else if (scans.some((other) => other.within !== undefined)) {
          expect(own.flat()).toEqual(bounds.map((_, part) => part));
          const edges = own.map((parts) => [bounds[parts[0]!]![0], bounds[parts.at(-1)!]![1]]);
          for (let task = 1; task < edges.length; task++) expect(edges[task]![0]).toBeGreaterThan(edges[task - 1]![1]!);
        }
      });
    }),
  );
});
