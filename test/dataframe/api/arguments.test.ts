/** What users give the API: forms with names for arguments, and what is refused, in which words. */
import { runInNewContext } from "node:vm";
import type { StructType } from "../../../src/columnar/types";
import { functions as F, SparkSession, Window } from "../../../src/index";
import { bare, fakeSession } from "./fake-session";

const { col } = F;

const people: StructType = {
  kind: "struct",
  fields: [
    { name: "name", type: { kind: "string" }, nullable: true },
    { name: "age", type: { kind: "int" }, nullable: true },
  ],
};

const { spark, collected } = fakeSession(people, [["Ann", 34], ["Bob", null]]); // prettier-ignore
const df = spark.table("t");
/** As JavaScript calls it, whatever the types say. */
const loose = (value: unknown): never => value as never;
const misspelt = (df as unknown as Record<string, unknown>)["agee"];

test.each<[string, () => unknown, RegExp]>([
  ["a property of the DataFrame", () => df.select(loose(misspelt)), /select: a column must be a Column or a name, not undefined.*df\.col/],
  ["a number", () => df.select(loose(1)), /select: .*not 1\..*lit/],
  ["a group by position 0", () => df.groupBy(0), /ZERO_INDEX.*groupBy.*from 1, not 0/],
  ["a comparison by ==", () => df.filter(loose(col("age") === loose(1))), /filter: the condition.*not false.*gt/],
  ["a function of rows", () => df.filter(loose(() => true)), /not a function.*udf/],
  ["a text for a new column", () => df.withColumn("c", loose("age")), /withColumn: c must be a Column, not "age".*col\("age"\).*lit/],
  ["arguments of withColumn the other way round", () => df.withColumn(loose(F.lit(1)), loose("c")), /the name must be a string/],
  ["an object to drop", () => df.drop(loose({})), /drop: a column.*an object of the class Object/],
  ["a name to aggregate", () => df.agg(loose("age")), /agg: an aggregate must be a Column or/],
  ["an undefined operand", () => col("age").gt(undefined), /age > undefined.*misspelt/],
  ["one bound of two", () => (col("age") as unknown as { between(x: number): unknown }).between(1), /undefined/],
  ["an undefined item", () => col("age").isin(1, undefined), /undefined/],
  ["a boolean case", () => F.when(loose(true), 1), /when: the condition must be a Column, not true/],
  ["a boolean second case", () => F.when(col("a"), 1).when(loose(false), 2), /when: the condition/],
  ["rows in place of a DataFrame", () => df.join(loose([]), "age"), /join: the other side must be a DataFrame, not an array/],
  ["a promise of one", () => df.union(loose(Promise.resolve())), /union: .*not a promise/],
  ["a window of numbers", () => Window.partitionBy(loose(3)), /partitionBy: a column/],
  ["a window's name", () => F.row_number().over(loose("w")), /over: the window must be a WindowSpec, .*not "w"/],
  ["a window that is null", () => F.row_number().over(loose(null)), /over: the window must be .*not null/],
  ["a pivot on nothing", () => df.groupBy("age").pivot(loose(undefined)), /pivot: a column/],
  ["the name of a storage level", () => df.persist(loose("MEMORY_ONLY")), /persist: the level must be a StorageLevel, such as StorageLevel.MEMORY_AND_DISK, not "MEMORY_ONLY"/],
  ["a function to fill with", () => df.na.fill(loose(() => 1)), /na\.fill: the value must be/],
  ["a fraction above 1", () => df.stat.sampleBy("age", { 34: 1.5 }), /sampleBy: the fraction of 34 .*from 0 to 1, not 1\.5/],
  ["ranges of nothing", () => df.repartitionByRange(2), /CANNOT_BE_EMPTY.*repartitionByRange/],
  ["a number of values, twice", () => df.na.drop(2, 1), /na\.drop: the number of values is given twice/],
  ["half a value", () => df.na.drop("any", 1.5), /na\.drop: the number of values must be a whole number, not 1\.5/],
  ["a column to drop nulls of", () => df.na.drop("any", loose([F.col("age")])), /na\.drop: a column must be a name/],
  ["neither any nor all", () => df.na.drop(loose("some")), /na\.drop: how is "any" or "all", not "some"/],
  ["columns to drop nulls of, twice", () => df.na.drop(["age"], ["name"]), /na\.drop: the columns are given twice/],
  ["a property in place of a name", () => F.col(loose(misspelt)), /The name of a column or table must be a string, not undefined.*df\.col/],
  ["a number in place of a name", () => df.col(loose(5)), /The name of a column or table must be a string, not 5/],
  ["a property to a function", () => F.sum(loose(misspelt)), /The argument of a function must be a Column or a name, not undefined.*df\.col/],
  ["SQL text that is missing", () => F.expr(loose(undefined)), /SQL text, or a name in it, must be a string, not undefined/],
  ["a table without a name", () => spark.table(loose(undefined)), /The name of a column or table must be a string, not undefined/],
  ["a type that is missing", () => col("age").cast(loose(undefined)), /A type must be a DataType or text such as "int", not undefined/],
  ["a class in place of a type", () => col("age").cast(loose(Number)), /A type must be .*not a function/],
  ["a position of 0", () => df.orderBy(0), /ZERO_INDEX.*from 1, not 0/],
]) // prettier-ignore
("%s is refused at the call", (_, act, message) => {
  expect(act).toThrow(message);
});

test("columns that na functions name must exist", async () => {
  for (const missing of [df.na.fill(0, ["agee"]), df.na.fill({ agee: 1 }), df.na.replace(1, 2, "agee")]) {
    await expect(missing.collect()).rejects.toThrow(/UNRESOLVED_COLUMN.WITH_SUGGESTION.*`agee`/);
  }
});

test("arguments by name", async () => {
  const completed = async (frame: typeof df): Promise<unknown> => {
    await frame.collect();
    return collected.at(-1);
  };
  const ofAge = await completed(df.na.drop("any", ["age"]));
  expect(ofAge).not.toEqual(await completed(df.na.drop("any")));
  for (const same of [df.na.drop(["age"]), df.dropna(["age"]), df.dropna("any", ["age"]), df.dropna({ subset: ["age"] })]) {
    expect(await completed(same)).toEqual(ofAge);
  }
  for (const same of [df.na.drop("any", null, ["age"]), df.dropna("any", null, "age"), df.dropna(null, null, ["age"])]) {
    expect(await completed(same)).toEqual(ofAge);
  }
  const two = await completed(df.na.drop("any", ["name", "age"], 1));
  expect(two).not.toEqual(await completed(df.na.drop("any", ["name", "age"])));
  for (const same of [df.na.drop("any", 1, ["name", "age"]), df.na.drop("all", 1), df.na.drop(1, ["name", "age"])]) {
    expect(await completed(same)).toEqual(two);
  }
  expect(await completed(df.dropna({ thresh: 1 }))).toEqual(await completed(df.dropna("any", 1)));
  expect(bare(df.unionByName(df, { allowMissingColumns: true }).plan)).toMatchObject({ allowMissingColumns: true });
  expect(await df.showString({ n: 1, truncate: false })).toBe(await df.showString(1, false));
  expect(await df.showString({ vertical: true })).toMatch(/-RECORD 0/);
  expect(await df.showString(1, { vertical: true })).toBe(await df.showString(1, true, true));
  expect(bare(df.orderBy(2, -1).plan)).toMatchObject({
    order: [
      { child: { kind: "literal", value: 2, type: { kind: "int" } }, ascending: true },
      { child: { kind: "literal", value: 1, type: { kind: "int" } }, ascending: false },
    ],
  });
  expect(bare(df.agg([F.max("age")]).plan)).toEqual(bare(df.agg(F.max("age")).plan));
});

test("isin of nothing holds for no row", () => {
  expect(bare(col("age").isin([]).expression)).toMatchObject({ kind: "literal", value: false });
});

test("reads and writes take their settings by name", async () => {
  const read = spark.read.csv("a.csv", "b.csv", { header: true, sep: ";", nullValue: undefined, schema: "a INT" });
  expect(bare(read.plan)).toMatchObject({
    format: "csv",
    paths: ["a.csv", "b.csv"],
    options: { header: "true", sep: ";" },
    schema: { fields: [{ name: "a" }] },
  });
  expect(bare(read.plan)).not.toHaveProperty("options.nullValue");
  expect(bare(spark.read.load(["x"], { format: "json", multiLine: true }).plan)).toMatchObject({
    format: "json",
    options: { multiLine: "true" },
  });
  expect(() => spark.read.csv({ header: true })).toThrow(/read\.csv needs paths/);
  expect(() => spark.read.text()).toThrow(/read\.text needs paths/);
  expect(bare(spark.read.text([]).plan)).toMatchObject({ format: "text", paths: [] });
  expect(bare(spark.read.csv([], { header: true }).plan)).toMatchObject({ format: "csv", paths: [] });

  const fake = fakeSession(people, []);
  await fake.spark.table("t").write.csv("out", { header: true, mode: "overwrite", partitionBy: "age" });
  await fake.spark.table("t").write.save("out", { format: "json", signal: new AbortController().signal });
  expect(fake.written).toMatchObject([
    { format: "csv", path: "out", mode: "overwrite", partitionBy: ["age"], options: { header: "true" } },
    { format: "json", options: {} },
  ]);
});

test("a session is made by the builder, as PySpark's SparkSession(sc) is not", () => {
  expect(() => new SparkSession(loose({ master: "local" }))).toThrow(/SparkSession\.builder\.getOrCreate\(\) makes one/);
});

test("objects of another realm name columns and values, and null-prototype objects do", async () => {
  const filled = async (frame: { collect(): Promise<unknown> }) => {
    await frame.collect();
    return collected.at(-1);
  };
  const there = (text: string) => runInNewContext(`(${text})`) as never;
  const bareObject = Object.assign(Object.create(null) as object, { age: 7 }) as Record<string, number>;
  const seven = await filled(df.na.fill({ age: 7 }));
  expect(await filled(df.na.fill(there("{ age: 7 }")))).toEqual(seven);
  expect(await filled(df.na.fill(bareObject))).toEqual(seven);
  expect(bare(df.agg(there("{ age: 'max' }")).plan)).toEqual(bare(df.agg({ age: "max" }).plan));
  expect(await filled(df.na.drop(there("{ how: 'all' }")))).toEqual(await filled(df.na.drop("all")));
  expect(() => df.agg(there("new Date(0)"))).toThrow(/agg: an aggregate must be/);
  expect(() => df.na.fill(there("[1]"))).toThrow(/na\.fill: the value must be/);
});
