/** Relations that a query names: fetched before the analysis, side by side. */
import type { NamedRelation } from "../../../src/dataframe/analysis/context";
import { loadRelations } from "../../../src/dataframe/analysis/load";
import { builtins } from "../../../src/dataframe/functions";
import { parseQuery } from "../../../src/dataframe/sql/parse";

type Parameters3 = Parameters<typeof loadRelations>;
const known = { routine: () => null, isFileFormat: () => false } as unknown as Parameters3[1];

function source(table: (name: string) => Promise<NamedRelation | null>): Parameters3[2] {
  return {
    table: (name) => table(name.join(".")),
    read: () => Promise.reject(new Error("nothing is read")),
    pivotValues: () => Promise.resolve([]),
  };
}

const relation = (name: string): NamedRelation => ({ kind: "table", name: [name] }) as unknown as NamedRelation;

test("all tables of a query are asked for before the first one has come", async () => {
  const asked: string[] = [];
  let all: () => void = () => undefined;
  const allAsked = new Promise<void>((resolve) => (all = resolve));
  const found = await loadRelations(
    parseQuery("SELECT * FROM a JOIN b ON true WHERE EXISTS (SELECT 1 FROM c)"),
    known,
    source(async (name) => {
      if (asked.push(name) === 3) all();
      await allAsked;
      return relation(name);
    }),
  );
  expect(asked).toEqual(["a", "b", "c"]);
  expect(found.relation(["c"], null)).toEqual(relation("c"));
});

test("of several tables that cannot be had the first one of the text is told of", async () => {
  const failing = source(async (name) => {
    // The second one fails before the first.
    if (name === "a") await new Promise((resolve) => setImmediate(resolve));
    throw new Error(`no ${name}`);
  });
  await expect(loadRelations(parseQuery("SELECT * FROM a JOIN b ON true"), known, failing)).rejects.toThrow("no a");
});

/** The names of functions that the catalog is asked for when `sql` is analysed. */
async function functionsAsked(sql: string): Promise<readonly string[]> {
  const names: string[] = [];
  const routine = (name: readonly string[]): null => {
    names.push(name.join("."));
    return null;
  };
  const context = { functions: builtins, isFileFormat: () => false, routine } as unknown as Parameters3[1];
  const source: Parameters3[2] = {
    table: () => Promise.resolve(null),
    read: () => Promise.reject(new Error("nothing is read")),
    pivotValues: () => Promise.resolve([]),
  };
  await loadRelations(parseQuery(sql), context, source);
  return names.sort();
}

test("the catalog is asked neither for builtin functions nor for operators", async () => {
  const sql = "select sum(a * 2), builtin.max(b || 'x') from t where a between 1 and 5 and (not b like 'x%' or -a < 3)";
  expect(await functionsAsked(sql)).toEqual([]);
  expect(await functionsAsked("select * from explode(array(1, 2))")).toEqual([]);
});

test("it is asked for all others, also where a schema's function has the name of a builtin one", async () => {
  const sql = "select mine(a), s.upper(b), default.sum(c) from other(1)";
  expect(await functionsAsked(sql)).toEqual(["default.sum", "mine", "other", "s.upper"]);
});
