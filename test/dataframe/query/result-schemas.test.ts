/** Names, nullability and metadata of what DataFrame methods give, as PySpark 4.2 has them. */
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();

test.each(["describe", "summary"] as const)("the first column of %s may be null", async (method) => {
  const people = spark().createDataFrame([["Ann", 34]], "name STRING, age INT");
  for (const frame of [people[method](), people.select(F.lit(true).as("b"))[method]()]) {
    const [first] = (await frame.schema()).fields;
    expect(first).toMatchObject({ name: "summary", nullable: true });
  }
  expect((await people[method]().collect())[0]!.get(0)).toBe("count");
});

test("the first column of crosstab may be null", async () => {
  const people = spark().createDataFrame([["Ann", 34], ["Bob", null]], "name STRING, age INT"); // prettier-ignore
  const table = people.stat.crosstab("age", "name");
  expect((await table.schema()).fields.map(({ name, nullable }) => [name, nullable])).toEqual([
    ["age_name", true],
    ["Ann", false],
    ["Bob", false],
  ]);
  expect((await table.orderBy("age_name").collect()).map((row) => row.toArray())).toEqual([["34", 1, 0], ["null", 0, 1]]); // prettier-ignore
});

test("fields that withField and dropFields keep are as they were where the struct may be null", async () => {
  const frame = spark().sql(
    "SELECT named_struct('a', 1, 'b', named_struct('c', 'x', 'd', CAST(NULL AS INT))) AS s, 1 AS id UNION ALL SELECT NULL, 2",
  );
  const s = F.col("s");
  const changed = frame.select(s.withField("b.e", F.col("id")), s.dropFields("b.c"), s.withField("z", F.lit(1)).as("z"));
  const { fields } = await changed.schema();
  expect(fields.map((field) => field.name)).toEqual([
    "update_fields(s, WithField(update_fields(s.b, WithField(id))))",
    "update_fields(s, WithField(update_fields(s.b, dropfield())))",
    "z",
  ]);
  const nullable = fields.map(({ type }) => (type.kind === "struct" ? type.fields.map((field) => field.nullable) : []));
  expect(nullable).toEqual([[false, true], [false, true], [false, false, false]]); // prettier-ignore
  const rows = (await changed.collect()).map((row) => JSON.stringify(row.toArray()));
  expect(rows.sort()).toEqual([
    "[null,null,null]",
    '[{"a":1,"b":{"c":"x","d":null,"e":1}},{"a":1,"b":{"d":null}},{"a":1,"b":{"c":"x","d":null},"z":1}]',
  ]);
});

test("columns of time windows are marked by their kind", async () => {
  const times = spark().sql("SELECT TIMESTAMP'2024-01-01 00:00:00' AS t");
  for (const [key, mark] of [
    [F.window("t", "1 hour"), "spark.timeWindow"],
    [F.session_window("t", "1 hour"), "spark.sessionWindow"],
  ] as const) {
    // prettier-ignore
    const [span] = (await times.groupBy(key).count().schema()).fields;
    expect(span).toMatchObject({ nullable: false, metadata: { [mark]: true } });
  }
});

test("offsets of window frames are printed as they were given", async () => {
  const { Window } = firesteel;
  const rows = spark().createDataFrame([[1, 10], [2, 20], [4, 40]], "i INT, v INT"); // prettier-ignore
  const by = Window.orderBy("i");
  const sums = rows.select(F.sum("v").over(by.rowsBetween(-1, 0)), F.sum("v").over(by.rangeBetween(-2, -1)), F.sum("v").over(by.rowsBetween(1, 2))); // prettier-ignore
  const over = "sum(v) OVER (ORDER BY i ASC NULLS FIRST";
  expect(await sums.columns()).toEqual([
    `${over} ROWS BETWEEN -1 FOLLOWING AND CURRENT ROW)`,
    `${over} RANGE BETWEEN -2 FOLLOWING AND -1 FOLLOWING)`,
    `${over} ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING)`,
  ]);
  expect((await sums.collect()).map((row) => row.toArray())).toEqual([[10, null, 60], [30, 10, 40], [60, 20, null]]); // prettier-ignore
  expect(() => by.rowsBetween(-1, -3)).not.toThrow();
  await expect(rows.select(F.sum("v").over(by.rowsBetween(-1, -3))).collect()).rejects.toThrow(/WRONG_COMPARISON/);
});

test("dropDuplicates names the columns that there are", async () => {
  await expect(spark().range(1).dropDuplicates(["nosuch"]).collect()).rejects.toMatchObject({
    errorClass: "UNRESOLVED_COLUMN_AMONG_FIELD_NAMES",
    sqlState: "42703",
  });
});
