/** Grouping and aggregates against the functions' own accumulators, over all ways in which groups are found. */
import fc from "fast-check";
import type { Boxed, DataType } from "../../../src/columnar/types";
import type { BoxedRow, Vector } from "../../../src/columnar/vector";
import { literal } from "../../../src/dataframe/expressions/build";
import { builtins } from "../../../src/dataframe/functions";
import type { AggregateCall, Attribute, NamedExpression } from "../../../src/dataframe/expressions/expression";
import type { AggregateItem, HashAggregateExec, HashJoinExec, PhysicalPlan } from "../../../src/dataframe/physical/plan";
import {
  aggregate,
  alias,
  asDictionary,
  attribute,
  call,
  int,
  item,
  nextId,
  outputOf,
  run,
  settings,
  sorted,
  Table,
  text,
  textOf,
} from "./harness";

const key = attribute("k", { kind: "string" });
const small = attribute("i", { kind: "int" });
const long = attribute("l", { kind: "long" });
const price = attribute("d", { kind: "decimal", precision: 15, scale: 2 });
const wide = attribute("w", { kind: "decimal", precision: 38, scale: 2 });
const double = attribute("x", { kind: "double" });
const flag = attribute("b", { kind: "boolean" });
const columns = [key, small, long, price, wide, double, flag];

const DOUBLES: DataType = { kind: "array", element: { kind: "double" }, containsNull: false };

const narrowed = (value: bigint): Boxed => (value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value);

const rowOf = (nulls: number): fc.Arbitrary<Boxed[]> => {
  const of = (values: fc.Arbitrary<Boxed>): fc.Arbitrary<Boxed> => (nulls === 0 ? values : fc.option(values, { freq: nulls }));
  return fc
    .tuple(
      of(fc.constantFrom("a", "b", "", "ä", "longer than most")),
      of(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer())),
      of(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }).map(narrowed))),
      of(fc.integer({ min: -(10 ** 14), max: 10 ** 14 })),
      of(fc.bigInt({ min: -(10n ** 36n), max: 10n ** 36n }).map(narrowed)),
      of(
        fc.oneof(
          fc.integer({ min: -4, max: 4 }).map((n) => n / 2 + 0),
          fc.constantFrom(NaN, Infinity),
        ),
      ),
      of(fc.boolean()),
    )
    .map((row) => [...row]);
};

function items(): readonly AggregateItem[] {
  const filtered = (one: AggregateCall): AggregateCall => ({ ...one, filter: call(">", small, int(0)) });
  return [
    aggregate("count", int(1)),
    aggregate("count", long),
    aggregate("count", small, long),
    aggregate("sum", small),
    aggregate("sum", price),
    aggregate("sum", wide),
    aggregate("sum", double),
    aggregate("avg", small),
    aggregate("avg", price),
    aggregate("avg", double),
    aggregate("min", key),
    aggregate("max", key),
    aggregate("min", long),
    aggregate("max", long),
    aggregate("min", double),
    aggregate("max", double),
    aggregate("max", flag),
    aggregate("min", wide),
    aggregate("first", small),
    filtered(aggregate("sum", price)),
    filtered(aggregate("count", int(1))),
    aggregate("collect_list", small),
    aggregate("collect_list", key),
    aggregate("collect_list", double),
    aggregate("collect_list", flag),
    aggregate("collect_list", long),
    filtered(aggregate("collect_list", key)),
    aggregate("listagg", key, text(", ")),
    aggregate("listagg", key),
    filtered(aggregate("listagg", key, text("ü"))),
    aggregate("median", double),
    aggregate("percentile", price, literal(0.3, { kind: "double" })),
    aggregate("percentile", wide, literal(0.7, { kind: "double" })),
    filtered(aggregate("percentile", small, literal([0, 0.25, 1], DOUBLES))),
    aggregate("percentile", small, literal(0.5, { kind: "double" }), int(3)),
  ].map(item);
}

/** Groups by the text of their keys, each aggregate by its accumulator. */
function naive(rows: readonly BoxedRow[], grouping: readonly Attribute[], list: readonly AggregateItem[]): string[] {
  const place = new Map(columns.map((column, i) => [column.id, i]));
  const valueOf = (row: BoxedRow, attribute: Attribute): Boxed => row[place.get(attribute.id)!]!;
  const context = { settings, partition: 0, inputFile: () => null };
  const groups = new Map<string, { keys: Boxed[]; states: unknown[] }>();
  const accumulators = list.map(({ call: one }) => builtins.aggregate(one.fn).accumulator(one, context));
  if (grouping.length === 0) groups.set("[]", { keys: [], states: accumulators.map((one) => one.init()) });
  for (const row of rows) {
    const keys = grouping.map((attribute) => valueOf(row, attribute));
    const content = textOf(keys.map((value) => (value === 0 ? 0 : value)));
    let group = groups.get(content);
    if (group === undefined) groups.set(content, (group = { keys, states: accumulators.map((one) => one.init()) }));
    list.forEach(({ call: one }, i) => {
      if (one.filter !== null && !((valueOf(row, small) as number | null) !== null && (valueOf(row, small) as number) > 0))
        return;
      const args = one.args.map((arg) => (arg.kind === "attribute" ? valueOf(row, arg) : arg.kind === "literal" ? arg.value : 1));
      group.states[i] = accumulators[i]!.update(group.states[i], args);
    });
  }
  return sorted(
    [...groups.values()].map(({ keys, states }) => [...keys, ...states.map((state, i) => accumulators[i]!.finish(state))]),
  );
}

function plan(
  child: HashAggregateExec["child"],
  mode: HashAggregateExec["mode"],
  grouping: readonly NamedExpression[],
  list: readonly AggregateItem[],
): HashAggregateExec {
  const states = list.flatMap((one) => one.state);
  const results = list.map((one) => one.result);
  const output = [...outputOf(grouping), ...(mode === "partial" || mode === "merge" ? states : results)];
  return { kind: "hashAggregate", id: nextId(), mode, child, grouping, aggregates: list, output };
}

const groupings: readonly (readonly Attribute[])[] = [
  [],
  [key],
  [small],
  [long],
  [double],
  [key, flag],
  [small, long],
  [wide, key],
  [flag],
];

/** Batches whose strings and numbers are plain or behind dictionaries, some with nulls and some without. */
function tableOf(rows: readonly BoxedRow[], dictionaries: boolean): Table {
  return new Table(columns, rows, { batchRows: 7, ...(dictionaries && { form: asDictionary }) });
}

const runs = Number(process.env["FC_RUNS"] ?? 60);

describe.each([0, 4])("with %d of null", (nulls) => {
  test.each([false, true])("dictionaries: %s", (dictionaries) => {
    fc.assert(
      fc.property(fc.array(rowOf(nulls), { maxLength: 40 }), fc.constantFrom(...groupings), (rows, grouping) => {
        const list = items();
        const table = tableOf(rows, dictionaries);
        const complete = run(plan(table.scan, "complete", grouping, list), [table]);
        expect(sorted(complete.rows)).toEqual(naive(rows, grouping, list));
      }),
      { numRuns: runs },
    );
  });

  test("in parts", () => {
    fc.assert(
      fc.property(fc.array(rowOf(nulls), { maxLength: 40 }), fc.constantFrom(...groupings), (rows, grouping) => {
        const list = items();
        const table = tableOf(rows, false);
        const partial = plan(table.scan, "partial", grouping, list);
        const merged = plan(partial, "merge", grouping, list);
        expect(sorted(run(plan(merged, "final", grouping, list), [table]).rows)).toEqual(naive(rows, grouping, list));
      }),
      { numRuns: runs },
    );
  });
});

test("moments are those of the functions' own accumulators, to the last bit, and travel as theirs", () => {
  const filtered = (one: AggregateCall): AggregateCall => ({ ...one, filter: call(">", small, int(0)) });
  const other = attribute("y", { kind: "double" });
  const names = ["stddev", "stddev_pop", "variance", "var_pop", "skewness", "kurtosis"];
  const ofPairs = ["corr", "covar_pop", "covar_samp", "regr_sxy", "regr_r2", "regr_slope", "regr_intercept"];
  const calls = [
    ...names.map((name) => aggregate(name, double)),
    ...ofPairs.map((name) => aggregate(name, double, other)),
    ...ofPairs.map((name) => aggregate(name, other, double)),
  ];
  // Groups of ten rows, of which some are null, all equal, or one is left.
  const rows = Array.from({ length: 400 }, (_, i): BoxedRow => {
    const group = i % 40;
    const x = group === 7 ? 3 : i % 9 === 0 ? null : Math.sin(i) * 1000;
    return [group, i % 3, x, group === 5 && i > 40 ? null : Math.cos(i * 7) / 3 + i];
  });
  const table = new Table([long, small, double, other], rows, { batchRows: 7 });
  const context = { settings: { ...settings, ansi: false }, partition: 0, inputFile: () => null };
  for (const list of [calls, calls.map(filtered)]) {
    const items = list.map(item);
    const complete = run(plan(table.scan, "complete", [long], items), [table], { settings: context.settings }).rows;
    const partial = run(plan(table.scan, "partial", [long], items), [table]).rows;
    const wanted = Array.from({ length: 40 }, (_, group) =>
      list.map((one) => {
        const accumulator = builtins.aggregate(one.fn).accumulator(one, context);
        const state = rows
          .filter((row) => row[0] === group && (one.filter === null || (row[1] as number) > 0))
          .map((row) => one.args.map((arg) => row[(arg as Attribute).id === double.id ? 2 : 3]!))
          .reduce<unknown>((before, args) => accumulator.update(before, args), accumulator.init());
        return { result: accumulator.finish(state), columns: accumulator.toColumns(state) };
      }),
    );
    expect(sorted(complete)).toEqual(sorted(wanted.map((each, group) => [group, ...each.map(({ result }) => result)])));
    expect(sorted(partial)).toEqual(sorted(wanted.map((each, group) => [group, ...each.flatMap(({ columns: all }) => all)])));
  }
});

test("nulls and the absence of nulls take turns, and forms of columns", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(rowOf(0), rowOf(0), rowOf(3)), { maxLength: 60 }),
      fc.constantFrom(...groupings),
      fc.constantFrom("plain", "behind dictionaries", "in turns"),
      (rows, grouping, how) => {
        const list = items();
        let vectors = 0;
        const form = (vector: Vector): Vector =>
          how === "plain" || (how === "in turns" && vectors++ % 2 === 0) ? vector : asDictionary(vector);
        const table = new Table(columns, rows, { batchRows: 3, form });
        expect(sorted(run(plan(table.scan, "complete", grouping, list), [table]).rows)).toEqual(naive(rows, grouping, list));
      },
    ),
    { numRuns: runs },
  );
});

describe("distinct rows in parts, of which hardly any two are equal", () => {
  const name = attribute("n", { kind: "string" });
  const id = attribute("id", { kind: "int" });
  const rows = Array.from({ length: 40_000 }, (_, i): BoxedRow => [
    i % 5 === 0 ? null : `n${i % 7}`,
    i < 30_000 ? i : i - 20_000,
  ]);
  const below = (child: PhysicalPlan): PhysicalPlan => ({
    kind: "filter",
    id: nextId(),
    output: child.output,
    child,
    condition: call(">", id, int(50)),
  });

  test.each([
    ["as they are", (child: PhysicalPlan) => child, rows],
    ["of those that a condition leaves", below, rows.filter((row) => (row[1] as number) > 50)],
  ])("%s", (_, step, wanted) => {
    const table = new Table([name, id], rows, { batchRows: 4096 });
    const partial = plan(step(table.scan), "partial", [name, id], []);
    const parts = run(partial, [table]);
    const expected = [...new Set(wanted.map((row) => textOf(row)))].sort();
    // They pass one by one once that is known, and are put together by whoever merges them.
    expect(parts.rows.length).toBeGreaterThan(expected.length);
    expect(parts.metrics.get(partial.id)!.rows).toBe(parts.rows.length);
    const found = run(plan(partial, "final", [name, id], []), [table]).rows;
    expect(found.map((row) => textOf(row)).sort()).toEqual(expected);
  });

  test("equal ones are found where there are some", () => {
    const few = rows.map((row): BoxedRow => [row[0]!, (row[1] as number) % 100]);
    const table = new Table([name, id], few, { batchRows: 4096 });
    const expected = new Set(few.map((row) => textOf(row)));
    expect(run(plan(table.scan, "partial", [name, id], []), [table]).rows).toHaveLength(expected.size);
  });

  test("equal ones are found where most of them come late", () => {
    // Among the first 16,384 rows seven of eight are new, of all rows every other one.
    let state = 7;
    const drawn = Array.from({ length: 80_000 }, (): BoxedRow => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return ["n", (state >>> 8) % 60_000];
    });
    const table = new Table([name, id], drawn, { batchRows: 4096 });
    const expected = new Set(drawn.map((row) => textOf(row)));
    expect(new Set(drawn.slice(0, 16_384).map((row) => textOf(row))).size).toBeGreaterThan(0.8 * 16_384);
    expect(run(plan(table.scan, "partial", [name, id], []), [table]).rows).toHaveLength(expected.size);
  });

  test.each([
    ["as they are", (child: PhysicalPlan) => child, 0],
    ["of those that a condition leaves", below, 51],
  ])("equal ones are found where they come again after all were new, %s", (_, step, from) => {
    const different = 30_000;
    const again = Array.from({ length: 10 * different }, (_, i): BoxedRow => [`n${i % 6}`, i % different]);
    const table = new Table([name, id], again, { batchRows: 4096 });
    const partial = plan(step(table.scan), "partial", [name, id], []);
    const parts = run(partial, [table]);
    const wanted = again.filter((row) => (row[1] as number) >= from);
    const expected = [...new Set(wanted.map((row) => textOf(row)))].sort();
    // As often as they came before that was noticed, and once more.
    expect(parts.rows.length).toBeLessThan(wanted.length / 2);
    expect([...new Set(parts.rows.map((row) => textOf(row)))].sort()).toEqual(expected);
    expect(parts.metrics.get(partial.id)!.rows).toBe(parts.rows.length);
  });
});

describe("groups by columns of a join table are found by its rows", () => {
  const fact = attribute("fact", { kind: "int" });
  const amount = attribute("amount", { kind: "int" });
  const id = attribute("id", { kind: "int" });
  const name = attribute("name", { kind: "string" });
  const city = attribute("city", { kind: "string" });
  // Several rows have the same keys, and some keys are null.
  const names = Array.from({ length: 60 }, (_, i): BoxedRow => [i, i % 7 === 0 ? null : `n${i % 11}`, `c${i % 3}`]);
  const facts = Array.from({ length: 1000 }, (_, i): BoxedRow => [(i * 37) % 80, i]);

  test.each([
    ["inner", [name, city]],
    ["inner", [id]],
    ["inner", [name]],
    ["left", [name, city]],
    ["left", [id]],
  ] as const)("%s join, keys %#", (type, grouping) => {
    const left = new Table([fact, amount], facts, { batchRows: 64 });
    const right = new Table([id, name, city], names, { batchRows: 25 });
    const join: HashJoinExec = {
      kind: "hashJoin",
      id: nextId(),
      left: left.scan,
      right: right.scan,
      type,
      leftKeys: [fact],
      rightKeys: [id],
      build: "right",
      condition: null,
      output: [...left.columns, ...right.columns],
    };
    const list = [item(aggregate("sum", amount)), item(aggregate("count", int(1)))];
    const expected = new Map<string, [readonly Boxed[], number, number]>();
    for (const [key, value] of facts as [number, number][]) {
      const row = names[key];
      if (row === undefined && type === "inner") continue;
      const keys = grouping.map((one) => row?.[[id, name, city].indexOf(one)] ?? null);
      const group = expected.get(textOf(keys)) ?? [keys, 0, 0];
      expected.set(textOf(keys), [keys, group[1] + value, group[2] + 1]);
    }
    const result = run(plan(join, "complete", grouping, list), [left, right]);
    expect(sorted(result.rows)).toEqual(sorted([...expected.values()].map(([keys, sum, count]) => [...keys, sum, count])));
    expect(result.program.sources().join("\n")).toMatch(/const codes\d+ = R\.get\(S, "codes"\)/);
  });
});

test("many groups, by integers close together and far apart", () => {
  const rows = Array.from({ length: 5000 }, (_, i): Boxed[] => {
    const far = i > 4000 ? (i % 500) * 1e12 : i % 700;
    return ["k" + (i % 900), i % 701, far, i, i, i / 2, i % 2 === 0];
  });
  const list = [item(aggregate("sum", price)), item(aggregate("count", int(1)))];
  for (const grouping of [[long], [small], [key], [long, small]]) {
    const table = new Table(columns, rows, { batchRows: 256 });
    expect(sorted(run(plan(table.scan, "complete", grouping, list), [table]).rows)).toEqual(naive(rows, grouping, list));
  }
});

describe("keys beyond safe integers", () => {
  const big = attribute("big", { kind: "long" });
  const huge = attribute("huge", { kind: "decimal", precision: 38, scale: 0 });
  const rest = attribute("rest", { kind: "int" });
  const longs = [0n, -1n, 5n]
    .concat([53n, 54n, 62n].flatMap((bits) => [-1n, 0n, 1n, 2n, 3n].map((more) => (1n << bits) + more)))
    .flatMap((value) => [value, -value])
    .concat((1n << 63n) - 1n, -(1n << 63n));
  // About where decimals are no pairs of doubles any longer.
  const decimals = longs.concat(
    [64n, 100n, 101n, 102n, 120n]
      .flatMap((bits) => [-(1n << 70n), -1n, 0n, 1n, 1n << 48n, 1n << 64n].map((more) => (1n << bits) + more))
      .flatMap((value) => [value, -value]),
  );
  const zero = literal(0, { kind: "long" });
  const one = literal(1, { kind: "decimal", precision: 1, scale: 0 });
  const next = (value: Boxed): Boxed => (value === null ? null : narrowed(BigInt(value as number | bigint) + 1n));
  const ways: readonly (readonly [string, readonly NamedExpression[], (row: BoxedRow) => Boxed[]])[] = [
    ["a long", [big], ([a]) => [a!]],
    ["a decimal", [huge], ([, b]) => [b!]],
    ["both", [big, huge], ([a, b]) => [a!, b!]],
    ["a long and an int", [rest, big], ([a, , c]) => [c!, a!]],
    ["a long that is computed", [alias(call("|", big, zero), "or")], ([a]) => [a!]],
    ["a decimal that is computed", [alias(call("+", huge, one), "next")], ([, b]) => [next(b!)]],
    [
      "a decimal that is computed at times",
      [alias(call("if", call(">", rest, int(1)), call("-", call("+", huge, one), one), huge), "perhaps")],
      ([, b]) => [b!],
    ],
  ];

  const rowsOf = (values: fc.Arbitrary<bigint>[]): fc.Arbitrary<BoxedRow[]> =>
    fc.array(
      fc
        .tuple(...values.map((value) => fc.option(value.map(narrowed), { freq: 9 })), fc.integer({ min: 0, max: 3 }))
        .map((row) => [...row] as BoxedRow),
      { maxLength: 300, size: "max" },
    );

  const counted = (rows: readonly BoxedRow[], keysOf: (row: BoxedRow) => Boxed[]): string[] => {
    const groups = new Map<string, Boxed[]>();
    for (const row of rows) {
      const keys = keysOf(row);
      const group = groups.get(textOf(keys)) ?? [...keys, 0];
      group[keys.length] = (group[keys.length] as number) + 1;
      groups.set(textOf(keys), group);
    }
    return sorted([...groups.values()]);
  };

  const count = [item(aggregate("count", int(1)))];

  test.each(ways)("are found by %s", (_, grouping, keysOf) => {
    fc.assert(
      fc.property(
        rowsOf([fc.constantFrom(...longs), fc.constantFrom(...decimals)]),
        fc.constantFrom(1, 3, 64),
        (rows, batchRows) => {
          const table = new Table([big, huge, rest], rows, { batchRows });
          const made = run(plan(table.scan, "complete", grouping, count), [table]);
          expect(sorted(made.rows)).toEqual(counted(rows, keysOf));
        },
      ),
      { numRuns: runs },
    );
  });

  test("in a table that grows, by parts; no value becomes a bigint on the way", () => {
    const rows = Array.from({ length: 6000 }, (_, i): BoxedRow => {
      const value = BigInt.asIntN(64, BigInt(i % 2500) * 0x9e3779b97f4a7c15n);
      return [i % 500 === 7 ? null : narrowed(i % 5 === 0 ? value >> 40n : value), null, 0];
    });
    const table = new Table([big, huge, rest], rows, { batchRows: 512 });
    const partial = plan(table.scan, "partial", [big], count);
    const made = run(plan(partial, "final", [big], count), [table]);
    expect(sorted(made.rows)).toEqual(counted(rows, ([a]) => [a!]));
    const loops = made.program.sources().filter((source) => source.includes("wide1") && source.includes("// aggregate"));
    expect(loops.length).toBeGreaterThan(0);
    for (const source of loops) expect(source).not.toMatch(/exactOf|loadKey|beyond/);
  });
});

test("a sum beyond its type", () => {
  const most: Boxed = 9223372036854775807n;
  const table = new Table(columns, [
    [null, 1, most, 1, 1, 1, true],
    [null, 1, most, 1, 1, 1, true],
  ]);
  const sum = item(aggregate("sum", long));
  expect(() => run(plan(table.scan, "complete", [], [sum]), [table])).toThrow(/overflow/i);
});

test("the same plan gives the same source", () => {
  const make = (): readonly string[] => {
    const table = new Table(columns, [["a", 1, 1, 1, 1, 1, true]]);
    return run(plan(table.scan, "complete", [key], items()), [table]).program.sources();
  };
  expect(make()).toEqual(make());
});
