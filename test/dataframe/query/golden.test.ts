/** Queries with PySpark's schema and rows, or its error class: test/golden/queries. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSession } from "../../support/built-session";

interface Answer {
  readonly query: string;
  readonly schema?: string;
  readonly rows?: readonly string[];
  readonly error?: string;
}

// The engine that the session is of, beside its public surface.
const { queryText } = (require("../../../dist/engine.js") as typeof import("../../../src/engine-bundle")).programs();

const folder = join(__dirname, "../../golden/queries");
// Tables and functions that the queries leave behind are those of one run.
const warehouse = mkdtempSync(join(tmpdir(), "golden-queries-"));
afterAll(() => rmSync(warehouse, { recursive: true, force: true }));
const spark = testSession({
  "firesteel.local.inProcess": "true",
  "spark.ui.enabled": "false",
  "spark.sql.warehouse.dir": warehouse,
});

test.each(readdirSync(folder).filter((name) => name.endsWith(".json")))("%s", async (name) => {
  const session = spark().newSession();
  session.conf.set("spark.sql.session.timeZone", "America/Los_Angeles");
  const wanted = JSON.parse(readFileSync(join(folder, name), "utf8")) as readonly Answer[];
  const different: { readonly wanted: Answer; readonly given: Answer }[] = [];
  for (const one of wanted) {
    const given = await answered(one.query);
    if (JSON.stringify(given) !== JSON.stringify(one)) different.push({ wanted: one, given });
  }
  expect(different).toEqual([]);

  async function answered(query: string): Promise<Answer> {
    try {
      const { schema, rows } = await queryText(session.sql(query));
      return { query, schema, rows: /order by/i.test(query) ? rows : [...rows].sort() };
    } catch (error) {
      return { query, error: (error as { errorClass?: string }).errorClass ?? String(error) };
    }
  }
});
