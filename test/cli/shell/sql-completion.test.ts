/** What Tab offers at the prompt of SQL, without a terminal. */
import { SqlCompleter } from "../../../src/cli/shell/sql-completion";

const columns: Record<string, readonly string[]> = { people: ["firstname", "age"], orders: ["id", "fixed"] };
const asked: string[] = [];
const named = (names: readonly string[]) => Promise.resolve(names.map((name) => ({ name })));
const catalog = {
  listTables: () => named(Object.keys(columns)),
  listColumns: (table: string) => {
    asked.push(table);
    return table in columns ? named(columns[table]!) : Promise.reject(new Error("There is no such table."));
  },
  listFunctions: () => named(["concat", "count"]),
};
const completer = new SqlCompleter(catalog as unknown as ConstructorParameters<typeof SqlCompleter>[0]);

test.each([
  ["SELECT * FROM peo", ["people"]],
  ["SELECT * FROM ", ["orders", "people"]],
  ["SELECT fi", ["firstname", "fixed"]],
  ["SELECT * FROM people WHERE fi", ["firstname"]],
  ["SELECT * FROM nowhere JOIN orders\nON fi", ["fixed"]],
  ["SELECT p.FI", ["firstname", "fixed"]],
  ["SELECT p.con", []],
  ["SELECT con", ["concat"]],
  ["sel", ["select"]],
  ["SEL", ["SELECT"]],
  ["SELECT ", []],
])("%j", async (text, offered) => {
  expect((await completer.complete(text))[0]).toEqual(offered);
});

test("columns are looked up once, until a statement has run", async () => {
  asked.length = 0;
  completer.forget();
  for (let i = 0; i < 2; i++) await completer.complete("SELECT * FROM people WHERE f");
  expect(asked).toEqual(["people"]);
  completer.forget();
  await completer.complete("SELECT * FROM people WHERE f");
  expect(asked).toEqual(["people", "people"]);
});
