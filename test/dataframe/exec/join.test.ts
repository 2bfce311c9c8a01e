/** Joins of all types against nested loops over rows. */
import fc from "fast-check";
import type { Boxed, DataType } from "../../../src/columnar/types";
import type { BatchSource, BoxedRow, Vector } from "../../../src/columnar/vector";
import type { OutdatedOutput } from "../../../src/dataframe/exec/ports";
import { taskServices } from "../../../src/dataframe/exec/thread-services";
import { sourceOf } from "../../../src/dataframe/exec/operator";
import type { Attribute, Expression } from "../../../src/dataframe/expressions/expression";
import type {
  HashJoinExec,
  MarkedRowsExec,
  MarkMatchesExec,
  NestedLoopJoinExec,
  PhysicalPlan,
  PhysicalJoinType,
  SortMergeJoinExec,
} from "../../../src/dataframe/physical/plan";
import { failureOf } from "../../../src/rdd/exec/task-failure";
import { ascending, asDictionary, attribute, call, nextId, run, sorted, Table } from "./harness";

interface Side {
  readonly columns: readonly Attribute[];
}

const side = (types: readonly DataType[]): Side => ({
  columns: [...types.map((type, i) => attribute(`k${i}`, type)), attribute("v", { kind: "int" })],
});

const KEYS: readonly { readonly types: readonly DataType[]; readonly values: readonly fc.Arbitrary<Boxed>[] }[] = [
  { types: [{ kind: "int" }], values: [fc.integer({ min: 0, max: 6 })] },
  { types: [{ kind: "long" }], values: [fc.constantFrom<Boxed>(0, 3, -7, 1e12, 9e15, -9e15, 2n ** 60n)] },
  { types: [{ kind: "long" }], values: [fc.constantFrom<Boxed>(0, 3, -7, 1e12, 9e14)] },
  // A range whose keys are counted: near each other, far from each other, at the ends of words.
  { types: [{ kind: "long" }], values: [fc.constantFrom<Boxed>(-1, 0, 1, 30, 31, 32, 63, 64, 20_000, 200_000)] },
  // Ranges that are hashed: with a bit for each key, and too wide for that.
  { types: [{ kind: "long" }], values: [fc.constantFrom<Boxed>(5, 37, 3_000_005, 99_000_000)] },
  { types: [{ kind: "long" }], values: [fc.constantFrom<Boxed>(5, 37, 1_500_000_000)] },
  { types: [{ kind: "string" }], values: [fc.constantFrom("", "a", "ab", "ä", "something longer")] },
  { types: [{ kind: "double" }], values: [fc.constantFrom(0, NaN, 1.5, Infinity)] },
  { types: [{ kind: "int" }, { kind: "int" }], values: [fc.integer({ min: 0, max: 2 }), fc.integer({ min: -1, max: 1 })] },
  { types: [{ kind: "int" }, { kind: "string" }], values: [fc.integer({ min: 0, max: 2 }), fc.constantFrom("x", "y")] },
  { types: [{ kind: "boolean" }], values: [fc.boolean()] },
];

interface Case {
  readonly left: Side;
  readonly right: Side;
  readonly lefts: readonly BoxedRow[];
  readonly rights: readonly BoxedRow[];
  readonly keys: number;
}

function cases(nulls: boolean): fc.Arbitrary<Case> {
  return fc.constantFrom(...KEYS).chain(({ types, values }) => {
    const rows = fc.array(
      fc
        .tuple(...values.map((value) => (nulls ? fc.option(value, { freq: 5 }) : value)), fc.integer({ min: 0, max: 9 }))
        .map((row): BoxedRow => row),
      { maxLength: 25 },
    );
    const [left, right] = [side(types), side(types)];
    return fc.record({
      left: fc.constant(left),
      right: fc.constant(right),
      lefts: rows,
      rights: rows,
      keys: fc.constant(types.length),
    });
  });
}

const TYPES: readonly PhysicalJoinType[] = ["inner", "left", "right", "full", "leftSemi", "leftAnti", "existence"];

function naive(
  { lefts, rights, keys, left, right }: Case,
  type: PhysicalJoinType,
  condition: ((l: BoxedRow, r: BoxedRow) => boolean) | null,
): string[] {
  const equal = (a: Boxed, b: Boxed): boolean => a !== null && b !== null && (a === b || Object.is(a, b));
  const matches = (l: BoxedRow, r: BoxedRow): boolean => {
    for (let k = 0; k < keys; k++) if (!equal(l[k]!, r[k]!)) return false;
    return condition === null || condition(l, r);
  };
  const rows: Boxed[][] = [];
  const met = new Set<BoxedRow>();
  for (const l of lefts) {
    let found = false;
    for (const r of rights) {
      if (!matches(l, r)) continue;
      found = true;
      met.add(r);
      if (type === "inner" || type === "left" || type === "right" || type === "full") rows.push([...l, ...r]);
    }
    if (type === "existence") rows.push([...l, found]);
    else if (type === "leftSemi" ? found : type === "leftAnti" && !found) rows.push([...l]);
    else if (!found && (type === "left" || type === "full")) rows.push([...l, ...right.columns.map(() => null)]);
  }
  if (type === "right" || type === "full") {
    for (const r of rights) if (!met.has(r)) rows.push([...left.columns.map(() => null), ...r]);
  }
  return sorted(rows);
}

/** l.v < r.v + 3 */
function conditionOf({ left, right }: Case): Expression {
  return call(
    "<",
    left.columns.at(-1)!,
    call("+", right.columns.at(-1)!, { kind: "literal", value: 3, type: { kind: "int" }, nullable: false }),
  );
}

const below = (l: BoxedRow, r: BoxedRow): boolean => (l.at(-1) as number) < (r.at(-1) as number) + 3;

function parts(one: Case, type: PhysicalJoinType): { output: readonly Attribute[]; exists: Attribute } {
  const exists = attribute("exists", { kind: "boolean" }, false);
  const output =
    type === "existence"
      ? [...one.left.columns, exists]
      : type === "leftSemi" || type === "leftAnti" || type === "nullAwareAnti"
        ? one.left.columns
        : [...one.left.columns, ...one.right.columns];
  return { output, exists };
}

const runs = Number(process.env["FC_RUNS"] ?? 60);

describe.each(["leftSemi", "leftAnti"] as const)("%s by marks", (type) => {
  test.each([true, false])("of two tasks, nulls: %s", (nulls) => {
    fc.assert(
      fc.property(cases(nulls), fc.boolean(), (one, conditional) => {
        const left = new Table(one.left.columns, one.lefts, { batchRows: 7 });
        const marks = attribute("marks", { kind: "binary" }, false);
        // The condition compares the columns behind the keys.
        const by = (conditional ? one.left.columns : one.left.columns.slice(0, one.keys)).map((_, place) => place);
        const tasks = [0, 1].map((part) => {
          const right = new Table(
            one.right.columns,
            one.rights.filter((_, i) => i % 2 === part),
            { batchRows: 5 },
          );
          const plan: MarkMatchesExec = {
            kind: "markMatches",
            id: nextId(),
            output: [marks],
            left: left.scan,
            right: right.scan,
            leftKeys: one.left.columns.slice(0, one.keys),
            rightKeys: one.right.columns.slice(0, one.keys),
            condition: conditional ? conditionOf(one) : null,
            by,
          };
          return run(plan, [left, right]).rows;
        });
        expect(tasks.map((rows) => rows.length)).toEqual([1, 1]);
        const marked = new Table([marks], tasks.flat());
        const plan: MarkedRowsExec = {
          kind: "markedRows",
          id: nextId(),
          output: one.left.columns,
          child: left.scan,
          marks: [marked.scan],
          matched: [type === "leftSemi"],
          by: [by],
        };
        expect(sorted(run(plan, [left, marked]).rows)).toEqual(naive(one, type, conditional ? below : null));
      }),
      { numRuns: runs },
    );
  });
});

function* each<T>(items: Iterable<T>): Generator<T, void, undefined> {
  yield* items;
}

/** Keeps `rows` that match `others` in their first column, as the broadcast gave them to the marks and as `again` gives them later. */
function markedThen(rows: BoxedRow[], others: BoxedRow[], again: BoxedRow[]): BoxedRow[] {
  const columns = side([{ kind: "int" }]).columns;
  const marks = attribute("marks", { kind: "binary" }, false);
  const [left, right, later] = [rows, others, again].map((some) => new Table(columns, some)) as [Table, Table, Table];
  const keys = columns.slice(0, 1);
  const matches: MarkMatchesExec = {
    kind: "markMatches",
    id: nextId(),
    output: [marks],
    left: left.scan,
    right: right.scan,
    leftKeys: keys,
    rightKeys: keys,
    condition: null,
    by: [0],
  };
  const tasks = [3, 0].flatMap((partition) => run(matches, [left, right], { partition }).rows);
  const marked = new Table([marks], tasks);
  const read = (input: number): PhysicalPlan => ({ kind: "shuffleRead", id: nextId(), output: [marks], input, how: "" });
  const plan: MarkedRowsExec = {
    kind: "markedRows",
    id: nextId(),
    output: columns,
    child: later.scan,
    marks: [read(5), read(7)],
    matched: [true, true],
    by: [[0], [0]],
  };
  const outdated = (outputs: readonly OutdatedOutput[], why: string): Error =>
    new Error(`${outputs.map(({ node, map }) => `${node.input}:${map}`).join(" ")} ${why}`);
  const readShuffle = (): BatchSource => sourceOf(each(marked.batches));
  return run(plan, [later], { services: { outdated, readShuffle } }).rows;
}

test("marks of rows in another order are to be made again, all at once", () => {
  const rows = [
    [1, 1],
    [2, 2],
  ];
  expect(() => markedThen(rows, rows, rows.toReversed())).toThrow(/^5:3 5:0 7:3 7:0 .*in another order/);
});

test("tasks that mark rows do not look at columns that the join does not compare", () => {
  const columns = side([{ kind: "int" }]).columns;
  const get = (_: Vector, name: string | symbol): never => {
    throw new Error(`${String(name)} of a column that is not compared`);
  };
  const untouched = (vector: Vector, column: number): Vector => (column === 0 ? vector : new Proxy(vector, { get }));
  const rows = [1, 2, 3].map((key) => [key, key]);
  const left = new Table(columns, rows, { batchRows: 2, form: untouched });
  const right = new Table(columns, [[2, 0]]);
  const keys = columns.slice(0, 1);
  const marks = attribute("marks", { kind: "binary" }, false);
  const plan: MarkMatchesExec = {
    kind: "markMatches",
    id: nextId(),
    output: [marks],
    left: left.scan,
    right: right.scan,
    leftKeys: keys,
    rightKeys: keys,
    condition: null,
    by: [0],
  };
  const [[bits]] = run(plan, [left, right]).rows as [[Uint8Array]];
  expect([...bits.subarray(8)]).toEqual([0b010]);
});

test("outdated outputs are told of by their shuffles, all in one failure", () => {
  const task = { env: { directory: "/none" } };
  const { outdated } = taskServices({ task } as never, {} as never, { shuffles: { 5: 11, 7: 13 } } as never);
  const [first, second] = [5, 7].map((input) => ({ kind: "shuffleRead", id: nextId(), output: [], input, how: "" }) as const);
  const outputs = [
    { node: first!, map: 3 },
    { node: first!, map: 0 },
    { node: second!, map: 2 },
  ];
  expect(failureOf(outdated(outputs, "Why."), () => null)).toMatchObject({
    kind: "fetchFailed",
    description: "FetchFailed: Why. So were those of 2 other map tasks.",
    fetch: {
      shuffleId: 11,
      map: 3,
      executorId: null,
      also: [
        { shuffleId: 11, map: 0 },
        { shuffleId: 13, map: 2 },
      ],
    },
  });
});

test("marks hold for rows that are the same in all columns by which they were made", () => {
  const rows = [
    [1, 1],
    [1, 2],
    [2, 3],
  ];
  const again = [rows[1]!, rows[0]!, rows[2]!];
  expect(markedThen(rows, [[1, 9]], again)).toEqual(again.slice(0, 2));
});

describe.each(TYPES)("%s", (type) => {
  test.each([
    ["left", false],
    ["left", true],
    ["right", false],
    ["right", true],
  ] as const)("hash table of the %s side, nulls: %s", (build, nulls) => {
    fc.assert(
      fc.property(cases(nulls), fc.boolean(), fc.boolean(), (one, conditional, dictionaries) => {
        const form = dictionaries ? { form: asDictionary } : {};
        const [left, right] = [
          new Table(one.left.columns, one.lefts, { batchRows: 8, ...form }),
          new Table(one.right.columns, one.rights, { batchRows: 8, ...form }),
        ];
        const { output, exists } = parts(one, type);
        const plan: HashJoinExec = {
          kind: "hashJoin",
          id: nextId(),
          left: left.scan,
          right: right.scan,
          type,
          leftKeys: one.left.columns.slice(0, one.keys),
          rightKeys: one.right.columns.slice(0, one.keys),
          build,
          condition: conditional ? conditionOf(one) : null,
          exists,
          output,
        };
        expect(sorted(run(plan, [left, right]).rows)).toEqual(naive(one, type, conditional ? below : null));
      }),
      { numRuns: runs },
    );
  });

  test.each(["left", "right"] as const)("nested loops around the %s side", (build) => {
    fc.assert(
      fc.property(cases(true), fc.boolean(), (one, conditional) => {
        const all = { ...one, keys: 0 };
        const [left, right] = [new Table(one.left.columns, one.lefts), new Table(one.right.columns, one.rights)];
        const { output, exists } = parts(one, type);
        const plan: NestedLoopJoinExec = {
          kind: "nestedLoopJoin",
          id: nextId(),
          left: left.scan,
          right: right.scan,
          type,
          build,
          condition: conditional ? conditionOf(one) : null,
          exists,
          output,
        };
        expect(sorted(run(plan, [left, right]).rows)).toEqual(naive(all, type, conditional ? below : null));
      }),
      { numRuns: runs },
    );
  });

  test("merge of sorted sides", () => {
    fc.assert(
      fc.property(cases(true), fc.boolean(), (one, conditional) => {
        const [left, right] = [new Table(one.left.columns, one.lefts), new Table(one.right.columns, one.rights)];
        const { output, exists } = parts(one, type);
        const keysOf = (from: Side): readonly Attribute[] => from.columns.slice(0, one.keys);
        const ordered = (table: Table, from: Side) => ({
          kind: "sort" as const,
          id: nextId(),
          child: table.scan,
          order: keysOf(from).map((key) => ascending(key)),
          output: from.columns,
        });
        const plan: SortMergeJoinExec = {
          kind: "sortMergeJoin",
          id: nextId(),
          left: ordered(left, one.left),
          right: ordered(right, one.right),
          type,
          leftKeys: keysOf(one.left),
          rightKeys: keysOf(one.right),
          condition: conditional ? conditionOf(one) : null,
          exists,
          output,
        };
        expect(sorted(run(plan, [left, right]).rows)).toEqual(naive(one, type, conditional ? below : null));
      }),
      { numRuns: runs },
    );
  });
});

test("NOT IN: nulls leave it open", () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({ min: 0, max: 4 }), { freq: 4 }), { maxLength: 8 }),
      fc.array(fc.option(fc.integer({ min: 0, max: 4 }), { freq: 8 }), { maxLength: 5 }),
      (lefts, rights) => {
        const [l, r] = [attribute("l", { kind: "int" }), attribute("r", { kind: "int" })];
        const left = new Table(
          [l],
          lefts.map((value) => [value]),
        );
        const right = new Table(
          [r],
          rights.map((value) => [value]),
        );
        const plan: HashJoinExec = {
          kind: "hashJoin",
          id: nextId(),
          left: left.scan,
          right: right.scan,
          type: "nullAwareAnti",
          leftKeys: [l],
          rightKeys: [r],
          build: "right",
          condition: null,
          output: [l],
        };
        const kept = lefts.filter(
          (value) => rights.length === 0 || (!rights.includes(null) && value !== null && !rights.includes(value)),
        );
        expect(sorted(run(plan, [left, right]).rows)).toEqual(sorted(kept.map((value) => [value])));
      },
    ),
    { numRuns: runs },
  );
});

test("joins of joins, filtered and grouped, are one function", () => {
  const [a, b, c] = [side([{ kind: "int" }]), side([{ kind: "int" }]), side([{ kind: "int" }])];
  const rows = Array.from({ length: 300 }, (_, i): BoxedRow => [i % 50, i]);
  const [ta, tb, tc] = [a, b, c].map((one) => new Table(one.columns, rows.slice(0, 120)));
  const join = (left: HashJoinExec["left"], right: Table, leftKey: Attribute, rightKey: Attribute): HashJoinExec => ({
    kind: "hashJoin",
    id: nextId(),
    left,
    right: right.scan,
    type: "inner",
    leftKeys: [leftKey],
    rightKeys: [rightKey],
    build: "right",
    condition: null,
    output: [...left.output, ...right.columns],
  });
  const first = join(ta!.scan, tb!, a.columns[0]!, b.columns[0]!);
  const second = join(first, tc!, b.columns[0]!, c.columns[0]!);
  const result = run(second, [ta!, tb!, tc!]);
  const count = (key: number): number => rows.slice(0, 120).filter(([k]) => k === key).length;
  let expected = 0;
  for (let key = 0; key < 50; key++) expected += count(key) ** 3;
  expect(result.rows).toHaveLength(expected);
  expect(result.program.sources()).toHaveLength(1);
});
