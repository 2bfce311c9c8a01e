/** What measured sizes make of the rest of a query. */
import { operatorName, exchangesOf } from "../../../src/dataframe/physical/print";
import type { MarkMatchesExec, PhysicalPlan } from "../../../src/dataframe/physical/plan";
import { QueryRun, type ExchangeStage, type Stage, type StageOutcome } from "../../../src/dataframe/physical/stages";
import { childrenOf, walk } from "../../../src/dataframe/physical/traverse";
import { TestSession, tables } from "../support/session";

const TABLES = tables({
  large: ["k INT, v INT, w STRING", 50_000_000],
  other: ["x INT, y INT", 40_000_000],
  names: ["n INT, a STRING", 1000],
  colours: ["c INT, b STRING", 2000],
});

const MB = 1 << 20;

function names(plan: PhysicalPlan): readonly string[] {
  const exchanges = exchangesOf(plan);
  const visit = (node: PhysicalPlan): readonly string[] => [operatorName(node, exchanges), ...childrenOf(node).flatMap(visit)];
  return visit(plan);
}

function runOf(sql: string, conf: Readonly<Record<string, string>> = {}): QueryRun {
  const session = new TestSession(TABLES, conf);
  return new QueryRun(session.optimized(sql), session.settings, session.services(4, 4));
}

/** Says of the next stage that each of its partitions is this large. */
function finish(run: QueryRun, bytes: (partition: number) => number, extra: Partial<StageOutcome> = {}): ExchangeStage {
  const stage = run.next();
  if (stage.kind === "result") throw new Error("There is no exchange left.");
  const { partitioning } = stage;
  const count = "numPartitions" in partitioning ? partitioning.numPartitions : 1;
  run.finished(stage.id, { bytes: Array.from({ length: count }, (_, i) => bytes(i)), rows: 1000, ...extra });
  return stage;
}

const JOIN = "select v, y from large join other on k = x";

test("a side that turns out small is broadcast instead of hashed", () => {
  const run = runOf(JOIN);
  finish(run, () => MB / 16);
  expect(run.next()).toMatchObject({ kind: "exchange", partitioning: { kind: "broadcast" } });
  finish(run, () => 4 * MB);
  expect(names(run.plan)).toContain("BroadcastHashJoin");
  expect(run.next().kind).toBe("result");
});

test("a side that turns out very small is read whole by each task", () => {
  const run = runOf(JOIN);
  const { id, partitioning } = finish(run, () => 1000);
  expect(names(run.plan)).toContain("BroadcastHashJoin");
  const result = run.next();
  expect(result).toMatchObject({ kind: "result", shuffles: [], broadcasts: [id] });
  expect(partitioning.kind).toBe("hash");
  const reads: number[] = [];
  walk(result.root, (node) => {
    if (node.kind === "broadcastRead") reads.push(node.partitions);
  });
  expect(reads).toEqual([(partitioning as { numPartitions: number }).numPartitions]);
});

test("small sides are broadcast together, whatever each of them measures", () => {
  const run = runOf("select a, b, sum(v) from large join names on k = n join colours on v = c group by a, b");
  const stages = run.together();
  expect(stages.map(({ kind }) => kind)).toEqual(["exchange", "exchange"]);
  for (const [i, stage] of (stages as readonly ExchangeStage[]).entries()) {
    expect(stage.partitioning.kind).toBe("broadcast");
    run.finished(stage.id, { bytes: [1000 * (i + 1)], rows: 10 });
  }
  expect(run.together()).toMatchObject([{ kind: "exchange", partitioning: { kind: "hash" }, broadcasts: [{}, {}] }]);
});

/** Which broadcast each MarkedRows reads, and which ones its marks are about. */
function marked(plan: PhysicalPlan): readonly (readonly number[])[] {
  const broadcast = (node: PhysicalPlan): number => (node.kind === "reusedExchange" ? node.exchange : node.id);
  const made = exchangesOf(plan);
  const visit = (node: PhysicalPlan): readonly (readonly number[])[] => {
    const below = childrenOf(node).flatMap(visit);
    if (node.kind !== "markedRows") return below;
    const marks = node.marks.map((read) => made.get(broadcast(read))!.child);
    return [[node.child, ...marks.map((one) => (one as MarkMatchesExec).left)].map(broadcast), ...below];
  };
  return visit(plan);
}

test("marks stay with the rows that they are about, whatever becomes of the joins between", () => {
  const few = "select n from names left semi join (select x from other join large on y = v) on n = x";
  const run = runOf(`${few} left semi join large on n = k`);
  expect(marked(run.plan).map((broadcasts) => new Set(broadcasts).size)).toEqual([1]);
  expect(marked(run.plan)[0]).toHaveLength(3);
  // The first marks are there; then the sides of the join between turn out small.
  const stages: Stage[] = [];
  for (let found = run.ready(); found[0]!.kind !== "result"; found = run.ready()) {
    const stage = (found.find(({ kind, root }) => kind === "exchange" && root.kind === "markMatches") ??
      found[0]) as ExchangeStage;
    stages.push(stage);
    run.finished(stage.id, { bytes: [1000], rows: 10 });
    for (const broadcasts of marked(run.plan)) expect(new Set(broadcasts).size).toBe(1);
  }
  expect(stages.map(({ root }) => root.kind)).toContain("markMatches");
});

test("rows are marked by the columns that the joins compare, not by others", () => {
  const plan = runOf("select * from names left semi join large on n = k left anti join large on n = v and a < w").plan;
  const found: PhysicalPlan[] = [];
  walk(plan, (node) => {
    if (node.kind === "markedRows" || node.kind === "markMatches") found.push(node);
  });
  expect(found).toMatchObject([
    { kind: "markedRows", by: [[0], [0, 1]] },
    { kind: "markMatches", by: [0] },
    { kind: "markMatches", by: [0, 1] },
  ]);
});

test("rows that a scalar subquery reads too are marked where they lie, and the subquery's value is found beside them", () => {
  const rows = "from v where n > 1";
  const run = runOf(
    `with v as (select * from names) select a ${rows} and n > (select avg(n) ${rows}) and not exists (select * from large where k = n)`,
  );
  const cte = run.next() as ExchangeStage;
  expect(cte).toMatchObject({ partitioning: { kind: "roundRobin", deal: "tasks" } });
  run.finished(cte.id, { bytes: [MB / 4, MB / 4, MB / 4, MB / 4], rows: 40_000 });
  const marks = run.next() as ExchangeStage;
  expect(marks).toMatchObject({
    root: { kind: "markMatches" },
    partitioning: { kind: "single" },
    broadcasts: [cte.id],
    shuffles: [],
  });
  run.finished(marks.id, { bytes: [8000], rows: 4 });
  const result = run.next();
  expect(result).toMatchObject({ kind: "result", broadcasts: [cte.id], shuffles: [marks.id, cte.id], tasks: [{}] });
  expect(names(result.root)).toEqual(expect.arrayContaining(["MarkedRows", "HashAggregate"]));
});

test("when one of the sides broadcast together has no rows, the rest is left out", () => {
  const run = runOf("select a, b from large join names on k = n join colours on v = c");
  const [first, second] = run.together() as readonly ExchangeStage[];
  run.finished(first!.id, { bytes: [0], rows: 0 });
  run.finished(second!.id, { bytes: [1000], rows: 10 });
  const [result] = run.together();
  expect(result).toMatchObject({ kind: "result", root: { kind: "localTable" } });
});

test("when both sides have been hashed they are joined as they are", () => {
  const run = runOf(JOIN);
  finish(run, () => 30 * MB);
  finish(run, () => MB);
  const stage = run.next();
  expect(stage.kind).toBe("result");
  expect(names(run.plan)).toContain("ShuffledHashJoin");
});

test("sides of INTERSECT and EXCEPT move without most of their equal rows, are made once, and are broadcast where they turn out small", () => {
  for (const operation of ["intersect", "except"]) {
    const sql = `select k from large ${operation} select x from other`;
    const large = runOf(sql);
    finish(large, () => 30 * MB);
    finish(large, () => 30 * MB);
    expect(large.next().kind).toBe("result");
    expect(names(large.plan)).toContain("ShuffledHashJoin");

    const small = runOf(sql);
    const first = finish(small, () => 1000);
    expect(first.root).toMatchObject({ kind: "hashAggregate", mode: "partial", aggregates: [] });
    // The other side is not moved to be joined.
    const second = finish(small, () => MB);
    expect(second.root).toMatchObject({ kind: "hashAggregate", mode: "partial", child: { kind: "hashJoin", build: "right" } });
  }
});

test("small partitions are read together, those of two sides alike", () => {
  const run = runOf(JOIN);
  finish(run, () => 2 * MB);
  finish(run, () => 2 * MB);
  const { tasks } = run.next();
  const reads = tasks.map((task) => Object.values(task.shuffles).map((parts) => parts.map(({ reduce }) => reduce).join()));
  for (const [left, right] of reads) expect(left).toBe(right);
  expect(tasks.length).toBeLessThan(20);
  expect(
    reads
      .map(([left]) => left)
      .join()
      .split(","),
  ).toHaveLength(reads.flatMap(([left]) => (left as string).split(",")).length);
});

test("a partition far larger than the others is read by several tasks", () => {
  const run = runOf(JOIN, { "spark.sql.autoBroadcastJoinThreshold": "-1" });
  const bytes = (i: number): number => (i === 0 ? 1024 * MB : 10 * MB);
  const skew = { mapBytes: (reduce: number) => [0, 1, 2, 3].map(() => bytes(reduce) / 4) };
  finish(run, () => 10 * MB);
  finish(run, bytes, skew);
  const { tasks } = run.next();
  const pieces = tasks.flatMap((task) => Object.values(task.shuffles).flat()).filter(({ maps }) => maps !== undefined);
  expect(pieces.map(({ reduce, maps }) => [reduce, maps])).toEqual([
    [0, [0, 1]],
    [0, [1, 2]],
    [0, [2, 3]],
    [0, [3, 4]],
  ]);
});

test("few bytes are one task, and what is above needs no exchange", () => {
  const run = runOf("select k, count(*) as n from large group by k order by n");
  finish(run, () => 100);
  const stage = run.next();
  expect(stage.kind).toBe("result");
  expect(stage.tasks).toHaveLength(1);
  expect(names(run.plan)).not.toContain("TakeOrdered");
  expect(names(run.plan).filter((name) => name === "Exchange")).toHaveLength(1);
});

test("a side without rows ends the join", () => {
  const run = runOf(JOIN);
  finish(run, () => 0, { rows: 0 });
  expect(run.next().kind).toBe("result");
  expect(names(run.remainingPlan)).toEqual(["LocalTableScan"]);
});

test("a side that wrote bytes has rows, whatever was counted", () => {
  const run = runOf(JOIN);
  finish(run, () => 10, { rows: 0 });
  expect(names(run.remainingPlan)).not.toContain("LocalTableScan");
  expect(names(run.remainingPlan).some((name) => name.endsWith("Join"))).toBe(true);
});

test("without rows an aggregate without groups still gives one", () => {
  const run = runOf("select count(*) from large");
  finish(run, () => 0, { rows: 0 });
  expect(names(run.remainingPlan)).toContain("HashAggregate");
});

test("nothing changes where adaptive execution is off", () => {
  const run = runOf(JOIN, { "spark.sql.adaptive.enabled": "false" });
  finish(run, () => 10);
  finish(run, () => 10);
  const stage = run.next();
  expect(names(run.plan)).toContain("ShuffledHashJoin");
  expect(stage.tasks.length).toBeGreaterThan(4);
});

test("the user's count of partitions is kept", () => {
  const run = runOf("select /*+ repartition(9, k) */ * from large");
  finish(run, () => 10);
  expect(run.next().tasks).toHaveLength(9);
});

test("spark.sql.shuffle.partitions is kept until sizes are known", () => {
  const run = runOf("select k, count(*) from large group by k", { "spark.sql.shuffle.partitions": "17" });
  expect(run.next()).toMatchObject({ partitioning: { kind: "hash", numPartitions: 17 } });
});

describe("keys that are known to be few leave out rows of the other side before those move", () => {
  const SEMI = "select k from large where v = 1 and k in (select x from other)";
  const few = { "spark.sql.autoBroadcastJoinThreshold": "-1" };

  test("of semi and anti joins, also where they stand above each other", () => {
    const run = runOf(
      "select k from large where v = 1 and exists (select 1 from other where x = k) and not exists (select 1 from other where x = k and y > v)",
      few,
    );
    finish(run, () => 100_000);
    const keys = run.next();
    expect(keys).toMatchObject({ kind: "exchange", partitioning: { kind: "broadcast" } });
    expect(names(keys.root)).toEqual(["Project", "AQEShuffleRead"]);
    finish(run, () => 10_000);
    const filtered = finish(run, () => MB);
    expect(names(filtered.root).slice(0, 2)).toEqual(["BroadcastHashJoin", "Scan parquet"]);
    const again = finish(run, () => MB);
    expect(names(again.root).slice(0, 2)).toEqual(["BroadcastHashJoin", "Scan parquet"]);
    expect(run.next().kind).toBe("result");
    expect(names(run.plan).filter((name) => name === "ShuffledHashJoin")).toHaveLength(2);
  });

  test("not where there are many, or what was written is large", () => {
    const many = runOf(SEMI, few);
    finish(many, () => 100_000, { rows: 30_000_000 });
    expect(many.next()).toMatchObject({ partitioning: { kind: "hash" } });
    expect(names(many.next().root)).not.toContain("BroadcastHashJoin");
    const large = runOf(SEMI, few);
    finish(large, () => 10 * MB);
    expect(names(large.next().root)).not.toContain("BroadcastHashJoin");
  });
});

test("settings: how many partitions first, whether slots or sizes decide, what is small once it is known", () => {
  const initial = runOf(JOIN, { "spark.sql.adaptive.coalescePartitions.initialPartitionNum": "12" });
  expect(initial.next()).toMatchObject({ partitioning: { kind: "hash", numPartitions: 12 } });

  const tasks = (conf: Readonly<Record<string, string>>): number => {
    const run = runOf("select k, count(*) from large group by k", {
      "spark.sql.adaptive.coalescePartitions.initialPartitionNum": "20",
      ...conf,
    });
    finish(run, () => 2 * MB);
    return run.next().tasks.length;
  };
  // 40 MB on four slots: 10 MB for each; or the advisory 64 MB.
  expect(tasks({})).toBe(4);
  expect(tasks({ "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false" })).toBe(1);

  const stays = runOf(JOIN, { "spark.sql.adaptive.autoBroadcastJoinThreshold": "-1" });
  finish(stays, () => 1000);
  expect(stays.next()).toMatchObject({ kind: "exchange", partitioning: { kind: "hash" } });
});

test.each([
  [3, 45],
  [4, 44],
  [7, 49],
  [50, 50],
])("on %d slots what is 43 partitions by its bytes is %d, so that all work to the end", (slots, wanted) => {
  const session = new TestSession(TABLES);
  const run = new QueryRun(session.optimized(JOIN), session.settings, session.services(4, slots));
  expect(run.next()).toMatchObject({ partitioning: { kind: "hash", numPartitions: wanted } });
});

test("few bytes are read by one task, unless they are many rows", () => {
  const after = (rows: number | null, conf: Readonly<Record<string, string>> = {}): Stage => {
    const run = runOf("select k, count(*) as n from large group by k order by n", conf);
    finish(run, () => 100_000, { rows });
    return run.next();
  };
  const small = after(60_000);
  expect(small).toMatchObject({ kind: "result", tasks: [{}] });
  expect(after(null).tasks).toHaveLength(1);
  const many = after(400_000);
  expect(many).toMatchObject({ kind: "exchange", partitioning: { kind: "single" } });
  expect(many.tasks).toHaveLength(4);
  // Of eight partitions three are 30,000 rows, as many as are worth a task.
  expect(after(80_000).tasks).toHaveLength(3);
  expect(after(400_000, { "spark.sql.adaptive.coalescePartitions.minPartitionSize": "1m" }).tasks).toHaveLength(1);
});

test("repartition deals out what comes in any order by content; CTEs by task; what is read from files as it comes", () => {
  const dealt = (sql: string, conf: Readonly<Record<string, string>> = {}): readonly unknown[] => {
    const run = runOf(sql, { "spark.sql.shuffle.partitions": "4", "spark.sql.autoBroadcastJoinThreshold": "-1", ...conf });
    const found: unknown[] = [];
    while (run.next().kind !== "result") {
      const { partitioning } = finish(run, () => 200 * MB);
      if (partitioning.kind === "roundRobin") found.push(partitioning.deal ?? "rows");
    }
    return found;
  };
  const grouped = "select /*+ repartition(3) */ k, c from (select k, count(*) c from large group by k)";
  expect(dealt(grouped)).toEqual(["sorted"]);
  expect(dealt(grouped, { "spark.sql.execution.sortBeforeRepartition": "false" })).toEqual(["rows"]);
  expect(dealt("select /*+ repartition(3) */ * from large")).toEqual(["rows"]);
  expect(
    dealt("with g as (select k, count(*) c, rand() r from large group by k) select a.c, b.r from g a join g b on a.k + 1 = b.k"),
  ).toEqual(["tasks"]);
});

describe("what is rebalanced is read by size", () => {
  const sql = "select /*+ rebalance(k) */ k, v from large";
  const tasks = (bytes: (partition: number) => number, conf: Readonly<Record<string, string>> = {}): readonly unknown[] => {
    const run = runOf(sql, { "spark.sql.shuffle.partitions": "4", ...conf });
    finish(run, bytes, { mapBytes: (reduce) => Array.from({ length: 4 }, () => bytes(reduce) / 4) });
    return run.next().tasks.map(({ shuffles }) => Object.values(shuffles)[0]);
  };

  test("little of it by one task", () => {
    expect(tasks(() => MB)).toEqual([[0, 1, 2, 3].map((reduce) => ({ reduce }))]);
  });

  test("a large partition by several", () => {
    expect(tasks((partition) => (partition === 1 ? 128 : 60) * MB)).toEqual([
      [{ reduce: 0 }],
      [{ reduce: 1, maps: [0, 2] }],
      [{ reduce: 1, maps: [2, 4] }],
      [{ reduce: 2 }],
      [{ reduce: 3 }],
    ]);
    const whole = tasks(() => 128 * MB, { "spark.sql.adaptive.optimizeSkewsInRebalancePartitions.enabled": "false" });
    expect(whole).toEqual([0, 1, 2, 3].map((reduce) => [{ reduce }]));
  });

  test("rows of a key stay together where something above needs them so", () => {
    const run = runOf("select k, count(*) from (select /*+ rebalance(k) */ k from large) group by k", {
      "spark.sql.shuffle.partitions": "2",
    });
    finish(run, () => 200 * MB, { mapBytes: () => [100 * MB, 100 * MB] });
    for (const { shuffles } of run.next().tasks) {
      for (const reads of Object.values(shuffles)) for (const read of reads) expect(read.maps).toBeUndefined();
    }
  });
});
