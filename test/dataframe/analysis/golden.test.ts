/** What analysis says of a query against what Spark says (test/golden/analysis.py): schemas, error classes, their parameters. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FiresteelError } from "../../../src/common/errors";
import { CommandHarness } from "../catalog/session";

interface Answer {
  readonly query: string;
  readonly schema?: string;
  readonly error?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

const answers = JSON.parse(readFileSync(join(__dirname, "../../golden/analysis.json"), "utf8")) as readonly Answer[];

/** Parameters that name Java classes or places of Spark's own. */
const THEIR_OWN: ReadonlySet<string> = new Set(["class", "classCanonicalName", "treeNode", "operator", "expr", "path"]);

test("schemas and errors are Spark's", async () => {
  const harness = new CommandHarness();
  const wrong: string[] = [];
  for (const { query, schema, error, parameters } of answers) {
    const want = error === undefined ? schema : { error, parameters: ours(parameters ?? {}) };
    const got = await told(harness, query, Object.keys(parameters ?? {}));
    const same = JSON.stringify(sorted(want)) === JSON.stringify(sorted(got));
    if (!same) wrong.push(`${query}\n  Spark: ${JSON.stringify(want)}\n  here:  ${JSON.stringify(got)}`);
  }
  expect(wrong.join("\n")).toBe("");
});

/** `names`: the parameters that Spark's answer has; those with ids of expressions are not among them. */
async function told(harness: CommandHarness, query: string, names: readonly string[]): Promise<unknown> {
  try {
    return await harness.schema(query);
  } catch (error) {
    if (!(error instanceof FiresteelError)) throw error;
    return { error: error.errorClass, parameters: ours(error.parameters, names) };
  }
}

function ours(
  parameters: Readonly<Record<string, string>>,
  names: readonly string[] = Object.keys(parameters),
): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => names.includes(name) && !THEIR_OWN.has(name)));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, sorted(part)]),
  );
}
