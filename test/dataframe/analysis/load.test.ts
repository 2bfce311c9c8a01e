/** Relations that a query names: fetched before the analysis, side by side. */
import type { NamedRelation } from "../../../src/dataframe/analysis/context";
import { loadRelations } from "../../../src/dataframe/analysis/load";
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
