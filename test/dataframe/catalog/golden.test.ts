/** What statements about the catalog give against what Spark gives (test/golden/catalog.py): schemas, rows, error classes, their parameters. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FiresteelError } from "../../../src/common/errors";
import { locationOf } from "../../../src/dataframe/catalog/store";
import { simpleString } from "../../../src/dataframe/types/text";
import { CommandHarness } from "./session";

interface Answer {
  readonly statement: string;
  readonly schema?: string;
  readonly rows?: readonly (readonly unknown[])[];
  readonly error?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

const answers = JSON.parse(readFileSync(join(__dirname, "../../golden/catalog.json"), "utf8")) as readonly Answer[];

/** Rows and lines that say when and by whom. */
const WHEN_AND_WHO = /^(Created Time|Created By|Owner|Create Time)\b/;

test("rows and errors are Spark's", async () => {
  const harness = new CommandHarness();
  const wrong: string[] = [];
  for (const { statement, schema, rows, error, parameters } of answers) {
    const want = error === undefined ? { schema, rows: comparable(rows ?? [], "") } : { error, parameters };
    const got = await told(harness, statement, Object.keys(parameters ?? {}));
    if (JSON.stringify(sorted(want)) === JSON.stringify(sorted(got))) continue;
    wrong.push(`${statement}\n  Spark: ${JSON.stringify(want)}\n  here:  ${JSON.stringify(got)}`);
  }
  expect(wrong.join("\n")).toBe("");
});

async function told(harness: CommandHarness, statement: string, names: readonly string[]): Promise<unknown> {
  try {
    const { schema, rows } = await harness.run(statement);
    return { schema: simpleString(schema), rows: comparable(rows, harness.warehouse) };
  } catch (error) {
    if (!(error instanceof FiresteelError)) throw error;
    const parameters = Object.fromEntries(Object.entries(error.parameters).filter(([name]) => names.includes(name)));
    return { error: error.errorClass, parameters };
  }
}

function comparable(rows: readonly (readonly unknown[])[], warehouse: string): unknown {
  return rows
    .map((row) => row.map((value) => (typeof value === "string" ? masked(value, warehouse) : value)))
    .map((row) => (row.some((value) => typeof value === "string" && WHEN_AND_WHO.test(value)) ? row.slice(0, 1) : row));
}

function masked(text: string, warehouse: string): string {
  const local = warehouse === "" ? text : text.replaceAll(locationOf(warehouse), "file:{warehouse}");
  return local
    .split("\n")
    .map((line) => (WHEN_AND_WHO.test(line) ? line.replace(/:.*/, ":") : line))
    .join("\n");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, sorted(part)]),
  );
}
