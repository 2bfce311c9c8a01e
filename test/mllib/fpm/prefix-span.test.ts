import fc from "fast-check";
import { type DataFrame, mllib, testSession } from "../../support/built-session";
import { golden, listed, unordered } from "./golden";

const spark = testSession({ "spark.default.parallelism": "3" });
const { PrefixSpan } = mllib;
type Values = Readonly<Record<string, number>>;

const INTS = "array<array<int>>";
const frame = (rows: readonly unknown[], type: string): DataFrame =>
  spark().createDataFrame(rows.map((row) => [row]) as never, `sequence ${type}`);
const plain = (value: unknown): unknown => (typeof value === "bigint" ? Number(value) : Array.isArray(value) ? value.map(plain) : value); // prettier-ignore

/** Itemsets are in order, items of an itemset are not. */
const patternText = (row: unknown): string => {
  const [sequence, freq] = row as [unknown[], number];
  return `${sequence.map(unordered).join(" ")}: ${freq}`;
};
const wanted = (rows: readonly unknown[]): string[] => listed(rows, patternText);
async function patterns(df: DataFrame, params: Values): Promise<string[]> {
  const rows = await new PrefixSpan(params).findFrequentSequentialPatterns(df).collect();
  return wanted(rows.map((row) => row.toArray().map(plain)));
}

describe("against Spark", () => {
  test.each(golden.patterns)("$params", async ({ params, sequences }) => {
    expect(sequences.length).toBeGreaterThan(50);
    const df = frame(golden.sequences, INTS);
    expect(await patterns(df.repartition(1), params)).toEqual(wanted(sequences));
    expect(await patterns(df.repartition(8), params)).toEqual(wanted(sequences));
  });

  test("how far prefixes grow in passes is of no consequence", async () => {
    const df = frame(golden.sequences, INTS);
    const { params, sequences } = golden.patterns[0]!;
    for (const maxLocalProjDBSize of [1, 20, 150])
      expect(await patterns(df, { ...params, maxLocalProjDBSize })).toEqual(wanted(sequences));
  });

  test("schema", async () => {
    const { fields } = await new PrefixSpan().findFrequentSequentialPatterns(frame([[[1]]], INTS)).schema();
    expect(fields.map(({ name, type, nullable }) => `${name} ${type.kind} ${nullable}`)).toEqual(["sequence array false", "freq long false"]); // prettier-ignore
    expect(fields[0]!.type).toMatchObject({ element: { kind: "array", element: { kind: "int" } } });
  });

  test("parameters", () => {
    const stage = new PrefixSpan();
    expect([stage.getMinSupport(), stage.getMaxPatternLength(), stage.getMaxLocalProjDBSize(), stage.getSequenceCol()]).toEqual([0.1, 10, 32_000_000, "sequence"]); // prettier-ignore
  });

  test.each([
    ["items that are there twice", INTS, 0.1, [[[1, 1, 2], [1]], [[1, 1]], [[1], [1, 2]]], [[[[1, 1, 2], [1]], 1], [[[1, 1, 2]], 1], [[[1, 1], [1]], 1], [[[1, 1]], 2], [[[1, 2], [1]], 1], [[[1, 2]], 2], [[[1], [1, 2]], 1], [[[1], [1]], 2], [[[1], [2]], 1], [[[1]], 3], [[[2], [1]], 1], [[[2]], 2]]], // prettier-ignore
    ["null items", INTS, 0.5, [[[1, null], [2]], [[1], [2, null]]], [[[[1], [2]], 2], [[[1], [null, 2]], 1], [[[1], [null]], 1], [[[1]], 2], [[[2]], 2], [[[null, 1], [2]], 1], [[[null, 1]], 1], [[[null, 2]], 1], [[[null], [2]], 1], [[[null]], 2]]], // prettier-ignore
    [
      "NaN equals nothing",
      "array<array<double>>",
      0.5,
      [[[1, NaN], [2]], [[NaN]]],
      [
        [[[1], [2]], 1],
        [[[1]], 1],
        [[[2]], 1],
      ],
    ],
    ["texts", "array<array<string>>", 1, [[["a"], ["ä", "c"]], [["a", "c"], ["ä"]]], [[[["a"]], 2], [[["ä"]], 2], [[["c"]], 2], [[["a"], ["ä"]], 2]]], // prettier-ignore
    ["arrays", "array<array<array<int>>>", 0.5, [[[[1], [2]], [[1]]], [[[1]], [[2]]]], [[[[[1]], [[1]]], 1], [[[[1]], [[2]]], 1], [[[[1]]], 2], [[[[2], [1]], [[1]]], 1], [[[[2], [1]]], 1], [[[[2]], [[1]]], 1], [[[[2]]], 2]]], // prettier-ignore
    [
      "no support is needed",
      INTS,
      0,
      [[[1], [2]]],
      [
        [[[1], [2]], 1],
        [[[1]], 1],
        [[[2]], 1],
      ],
    ],
    ["nothing in any", INTS, 0.5, [[], [[]], null], []],
    ["no rows", INTS, 0.5, [], []],
  ] as const)("%s", async (_, type, minSupport, rows, found) => {
    expect(await patterns(frame(rows, type), { minSupport })).toEqual(wanted(found));
  });
});

type Sequence = readonly (readonly number[])[];

/** All patterns that a sequence has, as texts: parts of its itemsets, in order. */
function partsOf(sequence: Sequence, maxLength: number): Set<string> {
  let all: number[][][] = [[]];
  for (const itemset of sequence)
    all = all.flatMap((before) =>
      Array.from({ length: 1 << itemset.length }, (_, bits) => itemset.filter((_, i) => (bits >> i) & 1)).map((part) =>
        part.length === 0 ? before : [...before, part],
      ),
    );
  const fitting = all.filter((pattern) => pattern.length > 0 && pattern.flat().length <= maxLength);
  return new Set(fitting.map((pattern) => pattern.map(unordered).join(" ")));
}

test("patterns are those of a search through all of them", async () => {
  const itemset = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
  const database = fc.array(fc.array(itemset, { maxLength: 4 }), { minLength: 1, maxLength: 12 });
  const bound = fc.constantFrom(1, 6, 1000);
  await fc.assert(
    fc.asyncProperty(database, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }), bound, async (rows, least, maxPatternLength, maxLocalProjDBSize) => {
      const counts = new Map<string, number>();
      for (const row of rows) for (const part of partsOf(row, maxPatternLength)) counts.set(part, (counts.get(part) ?? 0) + 1);
      const minSupport = Math.min(1, (least - 0.5) / rows.length);
      const frequent = [...counts].filter(([, count]) => count >= Math.min(least, rows.length)).map(([text, count]) => `${text}: ${count}`); // prettier-ignore
      expect(await patterns(frame(rows, INTS), { minSupport, maxPatternLength, maxLocalProjDBSize })).toEqual(frequent.sort());
    }), // prettier-ignore
    { numRuns: 15, seed: 7 },
  );
});

describe("refused", () => {
  test("parameters", () => {
    expect(() => new PrefixSpan({ minSupport: -1 })).toThrow(/PrefixSpan: minSupport must be at least 0/);
    expect(() => new PrefixSpan({ maxPatternLength: 0 })).toThrow(/PrefixSpan: maxPatternLength must be greater than 0/);
    expect(() => new PrefixSpan({ maxLocalProjDBSize: 0 })).toThrow(/PrefixSpan: maxLocalProjDBSize must be greater than 0/);
    const most = new PrefixSpan({ minSupport: 2 });
    expect(() => most.findFrequentSequentialPatterns(frame([[[1]]], INTS))).toThrow(/minimum support value must be in \[0, 1\], but got 2/); // prettier-ignore
  });
  test.each([
    ["items", "array<int>", [[1]], /sequence must be an array of arrays, but is array<int>/],
    ["maps", "array<array<map<string,int>>>", [[[new Map([["a", 1]])]]], /comparable/],
    ["null in place of an itemset", INTS, [[[1], null]], /has null in place of an itemset/],
  ] as const)("%s", async (_, type, rows, message) => {
    await expect(patterns(frame(rows, type), {})).rejects.toThrow(message);
  });
  test("a column that is not there", async () => {
    const found = new PrefixSpan({ sequenceCol: "sequences" }).findFrequentSequentialPatterns(frame([[[1]]], INTS));
    await expect(found.collect()).rejects.toThrow(/sequences/);
  });
});
