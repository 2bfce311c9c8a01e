/** What readers and writers take and refuse, with the classes of Spark's errors. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firesteel, testSession } from "../../support/built-session";

const folder = mkdtempSync(join(tmpdir(), "readers-and-writers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const spark = testSession({
  "firesteel.local.inProcess": "true",
  "spark.ui.enabled": "false",
  "spark.sql.warehouse.dir": join(folder, "warehouse"),
});
const at = (name: string): string => join(folder, name);
const { functions: F } = firesteel;

async function errorOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as { errorClass?: string }).errorClass ?? String(error);
  }
  return "none";
}

describe("values of partition directories", () => {
  beforeAll(async () => {
    for (const text of ["b", "1.5", "3000000000", "+5"])
      await spark()
        .range(1)
        .write.parquet(at(`parts-${text}/k=${text}`));
  });

  const value = async (text: string, type: string): Promise<unknown> => {
    try {
      return (await spark()
        .read.schema(`id BIGINT, k ${type}`)
        .parquet(at(`parts-${text}`))
        .first())!.get("k");
    } catch (error) {
      return (error as { errorClass?: string }).errorClass;
    }
  };

  test.each([
    ["b", "INT", "INVALID_PARTITION_VALUE"],
    ["b", "BIGINT", "INVALID_PARTITION_VALUE"],
    ["b", "DOUBLE", "INVALID_PARTITION_VALUE"],
    ["b", "DATE", "INVALID_PARTITION_VALUE"],
    ["b", "STRING", "b"],
    ["1.5", "INT", "INVALID_PARTITION_VALUE"],
    ["1.5", "BIGINT", "INVALID_PARTITION_VALUE"],
    ["1.5", "DOUBLE", 1.5],
    ["3000000000", "INT", "INVALID_PARTITION_VALUE"],
    ["3000000000", "BIGINT", 3000000000],
    ["+5", "INT", 5],
    ["+5", "BIGINT", 5],
  ])("%s as %s", async (text, type, expected) => expect(await value(text, type)).toBe(expected));
});

describe("options", () => {
  beforeAll(() => writeFileSync(at("lines"), "a;b\nc;d\n"));
  const read = (format: string, options: Record<string, string | number | boolean>) => (): Promise<unknown> =>
    spark().read.format(format).options(options).load(at("lines")).collect();

  test.each([
    ["csv", { lineSep: "" }, "INVALID_OPTION_VALUE"],
    ["csv", { lineSep: "abc" }, "INVALID_OPTION_VALUE"],
    ["csv", { lineSep: ";" }, "none"],
    ["json", { lineSep: "" }, "INVALID_OPTION_VALUE"],
    ["text", { lineSep: "" }, "INVALID_OPTION_VALUE"],
    ["text", { lineSep: "abc" }, "none"],
    ["csv", { samplingRatio: 0 }, "INVALID_OPTION_VALUE"],
    ["json", { samplingRatio: -1 }, "INVALID_OPTION_VALUE"],
    ["csv", { timeZone: "Nowhere" }, "INVALID_TIMEZONE"],
    ["csv", { timeZone: "Europe/Paris" }, "none"],
    ["csv", { encoding: "nope" }, "INVALID_PARAMETER_VALUE.CHARSET"],
    ["json", { encoding: "nope" }, "INVALID_PARAMETER_VALUE.CHARSET"],
  ] as const)("%s reads with %j: %s", async (format, options, expected) =>
    expect(await errorOf(read(format, options))).toBe(expected),
  );

  test.each([
    ["csv", { lineSep: "" }, "INVALID_OPTION_VALUE"],
    ["json", { lineSep: "" }, "INVALID_OPTION_VALUE"],
    ["text", { lineSep: "" }, "INVALID_OPTION_VALUE"],
    ["csv", { encoding: "nope" }, "INVALID_PARAMETER_VALUE.CHARSET"],
    ["csv", { compression: "nope" }, "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION"],
    ["json", { compression: "nope" }, "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION"],
    ["text", { compression: "nope" }, "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION"],
  ] as const)("%s writes with %j: %s", async (format, options, expected) => {
    const lines = spark().sql("SELECT 'a' AS value");
    const write = (): unknown => lines.write.format(format).options(options).save(at("refused"));
    expect(await errorOf(write)).toBe(expected);
  });

  test("a path is given once", async () => {
    const { read } = spark();
    expect(await errorOf(() => read.format("text").option("path", at("lines")).load().collect())).toBe("none");
    expect(await errorOf(() => spark().read.option("path", at("lines")).text(at("lines")))).toBe("_LEGACY_ERROR_TEMP_1306");
    expect(await errorOf(() => spark().range(1).write.option("path", at("x")).save(at("y")))).toBe("_LEGACY_ERROR_TEMP_1307");
  });

  test("insertInto takes no partitions", async () =>
    expect(await errorOf(() => spark().range(1).write.partitionBy("id").insertInto("t"))).toBe(
      "PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO",
    ));
});

describe("texts of schemas and types", () => {
  afterEach(() => {
    spark().conf.unset("spark.sql.timestampType");
    spark().conf.unset("spark.sql.legacy.charVarcharAsString");
  });

  test.each([
    ["TIMESTAMP_NTZ", "timestamp_ntz"],
    ["TIMESTAMP_LTZ", "timestamp"],
  ])("TIMESTAMP where spark.sql.timestampType is %s", async (setting, expected) => {
    spark().conf.set("spark.sql.timestampType", setting);
    const typeOf = async (frame: ReturnType<typeof F.lit> | string): Promise<string> =>
      typeof frame === "string"
        ? (await spark().createDataFrame([], frame).dtypes())[0]![1]
        : (await spark().range(1).select(frame).dtypes())[0]![1];
    expect(await typeOf("t TIMESTAMP")).toBe(expected);
    expect(await typeOf("t: timestamp")).toBe(expected);
    expect(await typeOf("t ARRAY<TIMESTAMP>")).toBe(`array<${expected}>`);
    expect(await typeOf("t TIMESTAMP_LTZ")).toBe("timestamp");
    expect(await typeOf(F.lit("2024-01-01").cast("timestamp"))).toBe(expected);
    expect((await spark().read.schema("t TIMESTAMP").csv(at("lines")).dtypes())[0]![1]).toBe(expected);
  });

  test("CHAR and VARCHAR are for tables", async () => {
    const read = (schema: string) => (): unknown => spark().read.schema(schema).csv(at("lines")).collect();
    expect(await errorOf(read("a CHAR(3)"))).toBe("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING");
    expect(await errorOf(read("a STRING, b ARRAY<VARCHAR(3)>"))).toBe("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING");
    expect(await errorOf(() => spark().range(1).to("id VARCHAR(3)"))).toBe("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING");
    spark().conf.set("spark.sql.legacy.charVarcharAsString", true);
    expect(await spark().read.schema("a CHAR(3)").csv(at("lines")).dtypes()).toEqual([["a", "string"]]);
  });
});

test("describe leaves out columns that have no statistics, also those that are named", async () => {
  const rows = spark().sql("SELECT 1 AS n, true AS ok, 'x' AS s");
  expect(await rows.describe("ok").columns()).toEqual(["summary"]);
  expect(await rows.describe("OK", "N").columns()).toEqual(["summary", "N"]);
  expect(await rows.describe("ok").count()).toBe(5);
  expect(await errorOf(() => rows.describe("nope").collect())).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
});

test("freqItems gives what makes up that share of the rows, in arrays that may hold nulls where columns may", async () => {
  const rows = spark().sql("SELECT if(id % 2 = 0, 'a', string(id)) AS s, nullif(id % 4, 1) AS count, id % 3 AS n FROM range(40)");
  const found = rows.stat.freqItems(["s", "count", "n"], 0.3);
  const items = [...(await found.first())!].map((list) => [...(list as unknown[])].sort());
  expect(items).toEqual([["a"], [], [0, 1, 2]]);
  expect((await found.schema()).fields.map(({ type }) => type.kind === "array" && type.containsNull)).toEqual([
    false,
    true,
    true,
  ]);
  expect((await rows.stat.freqItems(["count"], 0.25).first())!.get(0)).toContain(null);
});

test("writeTo makes buckets of F.bucket; of other functions it makes nothing", async () => {
  const rows = spark().range(4).selectExpr("id", "id % 2 AS x");
  await rows.writeTo("bucketed").using("parquet").partitionedBy(F.bucket(2, "id"), "x").create();
  const described = await spark().sql("DESCRIBE EXTENDED bucketed").collect();
  const said = (name: string): unknown => described.find((row) => row.get(0) === name)?.get(1);
  expect([said("Num Buckets"), said("Bucket Columns")]).toEqual(["2", "[`id`]"]);
  expect((await spark().table("bucketed").columns()).at(-1)).toBe("x");
  expect(await errorOf(() => rows.writeTo("by_year").using("parquet").partitionedBy(F.years("id")).create())).toBe(
    "UNSUPPORTED_PARTITION_TRANSFORM",
  );
});

test("an overwrite mode that there is not leaves the partitions as they are", async () => {
  const path = at("overwritten");
  const rows = spark().range(4).withColumn("k", F.expr("id % 2"));
  await rows.write.partitionBy("k").parquet(path);
  const write = (mode: string): Promise<void> =>
    rows.where("id = 0").write.mode("overwrite").option("partitionOverwriteMode", mode).partitionBy("k").parquet(path);
  expect(await errorOf(() => write("dynamically"))).toBe("INVALID_OPTION_VALUE");
  expect(await spark().read.parquet(path).count()).toBe(4);
  await write("Dynamic");
  expect(await spark().read.parquet(path).count()).toBe(3);
});

test("a file as one VARIANT column: the schema has that column alone, but for corrupt records", async () => {
  writeFileSync(at("variants.json"), '{"a":1}\n[1,2]\n');
  const read = (schema: string): Promise<number> =>
    spark().read.option("singleVariantColumn", "v").schema(schema).json(at("variants.json")).count();
  expect(await read("v VARIANT")).toBe(2);
  expect(await read("v VARIANT, _corrupt_record STRING")).toBe(2);
  expect(await errorOf(() => read("a INT"))).toBe("INVALID_SINGLE_VARIANT_COLUMN");
  expect(await errorOf(() => read("v VARIANT, a INT"))).toBe("INVALID_SINGLE_VARIANT_COLUMN");
});
