/** What readers and writers take and refuse, with the classes of Spark's errors. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSession } from "../../support/built-session";

const folder = mkdtempSync(join(tmpdir(), "readers-and-writers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const spark = testSession({
  "firesteel.local.inProcess": "true",
  "spark.ui.enabled": "false",
  "spark.sql.warehouse.dir": join(folder, "warehouse"),
});
const at = (name: string): string => join(folder, name);

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
});
