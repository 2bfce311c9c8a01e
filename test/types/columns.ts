/** Columns of a declared schema, checked by tsc: this file is never run. What is wrong must be an error, and nothing else may be. */
import { functions as F, types } from "../../src/index";
import type { DataFrame, Row, SparkSession } from "../../src/index";

declare const spark: SparkSession;
declare const other: DataFrame;

const { col } = F;
const { StringType, StructType } = types;
const Person = StructType.of({
  id: "bigint not null",
  name: "string",
  age: "INT",
  email: StringType,
  address: "struct<city: string, zip: string>",
});
const City = StructType.of({ city: "string not null", id: "bigint not null", people: "bigint" });

const people = spark.read.schema(Person).option("header", true).csv("people.csv");
const cities = spark.createDataFrame([{ city: "Ulm", id: 1, people: 120_000 }], City);

export async function namesAreChecked(): Promise<void> {
  await people.select("name", "age").show();
  people.select(["name", "age"]);
  people.select("*");
  people.select("address.city");
  people.select(col("anything"), "name");
  people.select(F.upper("name").as("upper"));
  // @ts-expect-error -- no such column
  people.select("nmae");
  // @ts-expect-error -- no such column
  people.select("name", "nmae");
  // @ts-expect-error -- no such column
  people.select(["name", "nmae"]);
  // @ts-expect-error -- no such column
  people.select(col("name"), "nmae");
  // @ts-expect-error -- no struct of that name
  people.select("adress.city");
  people.col("name");
  // @ts-expect-error -- no such column
  people.col("nmae");
  // @ts-expect-error -- no such column
  people.apply("nmae");
  people.groupBy("age").sum("id");
  people.groupBy("age", col("name")).agg({ id: "max" });
  // @ts-expect-error -- no such column
  people.groupBy("agee");
  // @ts-expect-error -- no such column
  people.groupBy("age").sum("idd");
  // @ts-expect-error -- no such column
  people.rollup("age", "nmae");
  // @ts-expect-error -- no such column
  people.cube("nmae");
  people.orderBy("age", col("name").desc(), 1);
  // @ts-expect-error -- no such column
  people.orderBy("agee");
  // @ts-expect-error -- no such column
  people.sort("age", "nmae");
  // @ts-expect-error -- no such column
  people.sortWithinPartitions("nmae");
  people.dropDuplicates("name", "age");
  // @ts-expect-error -- no such column
  people.dropDuplicates("nmae");
  people.repartition(4, "name");
  // @ts-expect-error -- no such column
  people.repartition(4, "nmae");
  // @ts-expect-error -- no such column
  people.repartitionByRange(4, "nmae");
  people.dropna({ subset: ["name"] });
  people.fillna(0, ["age"]);
  // @ts-expect-error -- no such column
  people.fillna(0, ["agee"]);
  await people.corr("id", "age");
  // @ts-expect-error -- no such column
  await people.corr("id", "agee");
  // @ts-expect-error -- no such column
  await people.approxQuantile("agee", [0.5], 0);
  people.describe("age");
  // @ts-expect-error -- no such column
  people.describe("agee");
  people.withColumnRenamed("name", "fullName");
  // @ts-expect-error -- no such column
  people.withColumnRenamed("nmae", "fullName");
  people.drop("name");
  // @ts-expect-error -- no such column
  people.drop("nmae");
  // Text of SQL is the query's affair.
  people.filter("nmae = 1");
  people.selectExpr("nmae + 1");
}

export function columnsAreFollowed(): void {
  people.select("name", "age").select("age");
  // @ts-expect-error -- not selected
  people.select("name", "age").select("id");
  people.filter(col("age").gt(3)).limit(3).distinct().orderBy("age").select("name");
  // @ts-expect-error -- no such column
  people.filter(col("age").gt(3)).limit(3).distinct().orderBy("age").select("nmae");
  people.withColumn("older", col("age").plus(1)).select("older", "name");
  // @ts-expect-error -- no such column
  people.withColumn("older", col("age").plus(1)).select("oldr");
  people.withColumns({ a: col("age"), b: col("age") }).select("a", "b", "id");
  // @ts-expect-error -- no such column
  people.withColumns({ a: col("age"), b: col("age") }).select("c");
  people.withColumnRenamed("name", "fullName").select("fullName", "id");
  // @ts-expect-error -- has another name
  people.withColumnRenamed("name", "fullName").select("name");
  people.drop("name", "age").select("id");
  // @ts-expect-error -- dropped
  people.drop("name", "age").select("age");
  const [train, test] = people.randomSplit([0.8, 0.2], 1);
  train.select("age");
  // @ts-expect-error -- no such column
  test.select("agee");
  people.union(people).select("age");
  people.cache().select("age");
  // @ts-expect-error -- no such column
  people.persist().select("agee");
  people.as("p").select("age");
  people.transform((df) => df.select("age")).select("age");
  // @ts-expect-error -- not selected
  people.transform((df) => df.select("age")).select("name");
}

export function joinsKnowBothSides(): void {
  people.join(cities, "id").select("name", "city", "id");
  people.join(cities, ["id"], "left").select("people");
  // @ts-expect-error -- only one side has it
  people.join(cities, "city");
  // @ts-expect-error -- no such column
  people.join(cities, "id").select("cty");
  people.join(cities, "id", "left_semi").select("name");
  // @ts-expect-error -- a semi join has the left side's columns
  people.join(cities, "id", "left_semi").select("city");
  people.join(cities, people.col("id").eq(cities.col("id"))).select("anything");
  people.join(other, "id").select("anything");
  people.crossJoin(cities).select("anything");
}

export async function valuesHaveTypes(): Promise<void> {
  const rows = await people.collect();
  const first = rows[0]!;
  const id: number = first.id;
  const name: string | null = first.name;
  // @ts-expect-error -- may be null
  const surely: string = first.name;
  // @ts-expect-error -- a number
  const text: string = first.id;
  const email: string | null = first.email;
  const row: Row = first;
  const ages: (number | null)[] = (await people.select("age").take(3)).map(({ age }) => age);
  for await (const { id } of people.toLocalIterator()) id.toFixed();
  await people.foreach(({ id }) => void id.toFixed());
  const ids: number[] = await people.rdd.map(({ id }) => id).collect();
  const names: ("id" | "name" | "age" | "email" | "address")[] = await people.columns();
  // Of columns that were computed nothing is known but the name.
  const upper: string = (await people.withColumn("upper", F.upper("name")).first())!.upper;
  void [id, name, surely, text, email, row, ages, ids, names, upper];
}

export async function othersStayAsTheyWere(): Promise<void> {
  let df = spark.read.parquet("a");
  df = df.select("whatever");
  df = df.withColumn("b", col("whatever")).drop("whatever").join(other, "b").groupBy("b").count();
  const value: string = (await df.first())!["b"];
  df = spark.createDataFrame([{ a: 1 }], "a INT").select("b");
  df = spark.read.schema("a INT").json("x").select("b");
  // A function that takes any DataFrame takes those, too; what is not known becomes so by `to`.
  const take = (any: DataFrame): DataFrame => any.select("x");
  take(people);
  df = people;
  df.to(City).select("city");
  // @ts-expect-error -- no such column
  df.to(City).select("cty");
  void value;
}
