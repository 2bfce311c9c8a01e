/** Files of text in all their forms, against Spark's answers (test/golden/row-files). */
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StructType } from "../../../src/columnar/types";
import { FiresteelError } from "../../../src/common/errors";
import { jsonOptions } from "../../../src/dataframe/json/options";
import { jsonWriter } from "../../../src/dataframe/json/write";
import { parseTableSchema } from "../../../src/dataframe/sql/parse-type";
import { simpleString } from "../../../src/dataframe/types/text";
import { settings, Sources } from "./support";

interface Case {
  readonly format: string;
  readonly file: string;
  readonly options: Readonly<Record<string, string>>;
  readonly schema?: string;
  readonly answer: Answer | { readonly error: readonly string[] };
}

interface Answer {
  readonly schema: string;
  readonly rows: readonly string[];
  readonly count: number;
}

const golden = JSON.parse(readFileSync(join(__dirname, "../../golden/row-files/answers.json"), "utf8")) as {
  readonly files: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
};

let sources: Sources;
beforeAll(() => {
  sources = new Sources("text");
  for (const [name, text] of Object.entries(golden.files)) writeFileSync(sources.at(name), text);
});
afterAll(() => sources.close());

async function answerOf({ format, file, options, schema }: Case): Promise<Answer> {
  const source = new Sources(format);
  try {
    const given: StructType | null = schema === undefined ? null : parseTableSchema(schema);
    const relation = await source.load(sources.at(file), options, given);
    const write = jsonWriter(relation.schema, jsonOptions({ ignoreNullFields: "false" }, settings), settings);
    return {
      schema: simpleString(relation.schema),
      rows: (await source.scan(relation)).map((row) => write(row)),
      count: (await source.scan(relation, { columns: [] })).length,
    };
  } finally {
    source.close();
  }
}

/** Our classes have no further ones below FAILED_READ_FILE. */
const coarse = (errorClass: string): string => errorClass.replace(/^FAILED_READ_FILE\..*/, "FAILED_READ_FILE");

test.each(
  golden.cases.map((one, i) => [`${i} ${one.format} ${one.file} ${JSON.stringify(one.options)} ${one.schema ?? ""}`, one]),
)("%s", async (_, one) => {
  const { answer } = one;
  if (!("error" in answer)) {
    expect(await answerOf(one)).toEqual(answer);
    return;
  }
  const error: unknown = await answerOf(one).then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FiresteelError);
  const [expected] = answer.error;
  if (expected !== undefined) expect(`${(error as FiresteelError).errorClass} ${String(error)}`).toContain(coarse(expected));
});

test("a query of the column of corrupt records alone is refused", async () => {
  for (const format of ["csv", "json"]) {
    const source = new Sources(format);
    const relation = await source.load(sources.at("bad.json"), {}, parseTableSchema("a INT, _corrupt_record STRING"));
    const only = relation.schema.fields.slice(1).map((field) => ({
      path: [field.name],
      type: field.type,
      attribute: { kind: "attribute" as const, id: 0, name: field.name, type: field.type, nullable: true, qualifier: [] },
    }));
    await expect(source.scan(relation, { columns: only })).rejects.toMatchObject({
      errorClass: "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN",
    });
    source.close();
  }
});

test("a file that cannot be read is named", async () => {
  const source = new Sources("json");
  const relation = await source.load(sources.at("bad.json"), { mode: "FAILFAST" }, parseTableSchema("a INT"));
  await expect(source.scan(relation)).rejects.toThrow("bad.json");
  source.close();
});

test("text is written in the encoding that is asked for, and read back", async () => {
  for (const format of ["csv", "json"]) {
    for (const encoding of ["ISO-8859-1", "UTF-16", "UTF-16LE", "UTF-16BE"]) {
      const source = new Sources(format);
      const schema = parseTableSchema("s STRING");
      await source.save(source.at("t"), schema, [[["é"], ["x"]]], { options: { encoding } });
      const relation = await source.load(source.at("t"), { encoding }, schema);
      expect(await source.scan(relation)).toEqual([["é"], ["x"]]);
      source.close();
    }
    const source = new Sources(format);
    await expect(
      source.save(source.at("t"), parseTableSchema("s STRING"), [[["é"]]], { options: { encoding: "KOI8-Z" } }),
    ).rejects.toMatchObject({ errorClass: "INVALID_PARAMETER_VALUE.CHARSET" });
    source.close();
  }
});

test("an Arrow file that was cut off is named", async () => {
  const source = new Sources("arrow");
  const schema = parseTableSchema("s STRING");
  await source.save(source.at("t"), schema, [[["x"], ["y"]]]);
  const name = readdirSync(source.at("t")).find((file) => file.endsWith(".arrow"))!;
  expect(await source.scan(await source.load(source.at("t")))).toEqual([["x"], ["y"]]);
  truncateSync(source.at("t", name), statSync(source.at("t", name)).size - 20);
  await expect(source.load(source.at("t"))).rejects.toThrow(`${name}: it does not end`);
  const relation = await source.load(source.at("t"), {}, schema);
  await expect(source.scan(relation)).rejects.toThrow(`${name}: it does not end`);
  source.close();
});

test("an Arrow file whose footer lists another message as a batch is refused", async () => {
  const source = new Sources("arrow");
  const schema = parseTableSchema("s STRING");
  await source.save(source.at("t"), schema, [[["x"], ["y"]]]);
  const name = readdirSync(source.at("t")).find((file) => file.endsWith(".arrow"))!;
  const path = source.at("t", name);
  const bytes = readFileSync(path);
  const kind = Buffer.from([3]);
  let refused = 0;
  // The batch's kind is one of the bytes with this value.
  for (let at = bytes.indexOf(kind); at >= 0; at = bytes.indexOf(kind, at + 1)) {
    const spoilt = Buffer.from(bytes);
    spoilt[at] = 1;
    writeFileSync(path, spoilt);
    await source.scan(await source.load(source.at("t"), {}, schema)).catch((error: Error) => {
      if (error.message.includes(`${name}: batch 0 is not one`)) refused++;
    });
  }
  expect(refused).toBe(1);
  source.close();
});

test("columns that files cannot tell apart, and structs without fields, are refused before anything is written", async () => {
  const refused: readonly (readonly [format: string, schema: string, errorClass: string])[] = [
    ["json", "a INT, A INT", "COLUMN_ALREADY_EXISTS"],
    ["parquet", "a INT, A INT", "COLUMN_ALREADY_EXISTS"],
    ["text", "a STRING, a STRING", "COLUMN_ALREADY_EXISTS"],
    ["text", "a STRING, b STRING", "_LEGACY_ERROR_TEMP_1290"],
    ["csv", "a INT, s STRUCT<>", "EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE"],
    ["json", "s STRUCT<x: STRUCT<>>", "EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE"],
  ];
  for (const [format, schema, errorClass] of refused) {
    const source = new Sources(format);
    const save = source.save(source.at("t"), parseTableSchema(schema), [[[null, null]]], {});
    await expect(save).rejects.toMatchObject({ errorClass });
    source.close();
  }
  const csv = new Sources("csv");
  await csv.save(csv.at("t"), parseTableSchema("a INT, a INT"), [[[1, 2]]], {});
  const relation = await csv.load(csv.at("t"), {}, parseTableSchema("x INT, y INT"));
  expect(await csv.scan(relation)).toEqual([[1, 2]]);
  csv.close();
});
