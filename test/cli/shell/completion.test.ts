/** What Tab offers, without a terminal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Completer } from "../../../src/cli/shell/completion";
import { expressionBefore, placeOf } from "../../../src/cli/shell/cursor";

/** The little that a completer needs of DataFrames. */
class DataFrame {
  constructor(readonly names: readonly string[]) {}
  select(...names: string[]): DataFrame {
    return new DataFrame(names);
  }
  withColumn(name: string): DataFrame {
    return new DataFrame([...this.names, name]);
  }
  groupBy(): { readonly df: DataFrame; agg(): void } {
    return { df: this, agg: () => undefined };
  }
  count(): never {
    throw new Error("a job was run");
  }
  columns(): Promise<readonly string[]> {
    return Promise.resolve(this.names);
  }
}

/** The little that it needs of RDDs: they are never made. */
class RDD {
  constructor() {
    throw new Error("an RDD was made");
  }
  map(): void {}
  mapValues(): void {}
  collect(): void {}
}
class SparkContext {
  parallelize(): void {
    new RDD();
  }
}
const numbers = Object.create(RDD.prototype) as RDD;

const functions = { col: (name: string) => name, lit: (value: unknown) => value };
const SparkSession = { getActiveSession: () => ({ catalog: { listTables: () => Promise.resolve([{ name: "orders" }]) } }) };
const folder = mkdtempSync(join(tmpdir(), "firesteel-completion-"));
writeFileSync(join(folder, "notes.csv"), "");
afterAll(() => rmSync(folder, { recursive: true }));

const last = new DataFrame(["total"]);
const scope = {
  df: new DataFrame(["name", "age of"]),
  other: new DataFrame(["zip"]),
  F: functions,
  dfCount: 1,
  sc: new SparkContext(),
  numbers,
  $last: last,
};
const completer = new Completer(scope, { DataFrame, RDD, SparkContext, functions, SparkSession } as never, folder);
const offered = async (text: string): Promise<string[]> => (await completer.complete(text))[0];

test.each([
  ["df.sel", ["select"]],
  ["const x = df.groupBy('name').a", ["agg"]],
  ["df.select('a').withColumn('b', F.lit(1)).sel", ["select"]],
  ["df", ["df", "dfCount"]],
  ["typeo", ["typeof"]],
  ["Math.sq", ["sqrt"]],
  ["df.count().", []],
  ["missing.", []],
  ["1 + ", []],
  [".he", [".help"]],
  [".l", [".load "]],
  [".c", [".columns", ".count"]],
  ["$last.select('total').sel", ["select"]],
  ["sc.parallelize([1, 2]).ma", ["map", "mapValues"]],
  ["sc.parallelize(many()).map((x) => [x, x + 1]).reduceByKey((a, b) => a + b).mapV", ["mapValues"]],
  ["await numbers.filter((x) => x > 1).col", ["collect"]],
  ["numbers.filter((x) => x > 1).collect().", []],
  ["sc.broadcast(1).", []],
  ["others.map((x) => x).", []],
])("%s", async (text, names) => {
  expect(await offered(text)).toEqual(names);
});

test.each([
  ['df.select("na', ["name"]],
  ['df.select("name", "age', ["age of"]],
  ['df.withColumn("total", F.lit(1)).select(F.col("to', ["total"]],
  ["df.groupBy('name').agg({ \"age", ["age of"]],
  ['F.col("z', ["zip"]],
  ['spark.table("ord', ["orders"]],
  ["spark.sql(`select 1, na", ["name"]],
  ["df\n  .select('name')\n  .select('n", ["name"]],
  ['spark.read.csv("no', ["notes.csv"]],
])("in a string: %s", async (text, names) => {
  expect(await offered(text)).toEqual(names);
});

test(".load completes paths", async () => {
  expect(await completer.complete(".load ./n")).toEqual([["notes.csv"], "n"]);
});

test("where the cursor stands", () => {
  expect(placeOf("f(a, g('x', \"y")).toEqual({ string: "y", calls: ["g", "f"], before: "f(a, g('x', " });
  expect(placeOf("f(1) + `a${b(").calls).toEqual(["b"]);
  expect(placeOf("// f('").string).toBeUndefined();
  expect(placeOf("'it\\'s").string).toBe("it\\'s");
});

test.each([
  ["x = df.a('(').b", "df.a('(').b"],
  ["return df", "df"],
  ["await df\n  .select(f(1))\n  .agg", "df\n  .select(f(1))\n  .agg"],
  ["a ? b[0].c", "b[0].c"],
  ["x?.y", "x?.y"],
  ["1 + (2)", "(2)"],
])("the expression before the end of %j", (text, expression) => {
  expect(expressionBefore(text, text.length)).toBe(expression);
});
