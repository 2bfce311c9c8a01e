/** What Tab offers in SQL: tables behind FROM and its like; elsewhere columns of tables, functions and keywords. */
import type * as Engine from "../../engine";
import { type Completion, among } from "./completion";

type Catalog = InstanceType<(typeof Engine)["api"]["SparkSession"]>["catalog"];

const KEYWORDS =
  "SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT JOIN LEFT RIGHT FULL OUTER INNER CROSS ON USING UNION ALL DISTINCT WITH CREATE TABLE VIEW TEMPORARY OR REPLACE INSERT INTO OVERWRITE VALUES DESCRIBE SHOW TABLES EXPLAIN CASE WHEN THEN ELSE END AND NOT NULL BETWEEN LIKE IN EXISTS OVER PARTITION".split(
    " ",
  );
/** Words that the name of a table follows. */
const BEFORE_TABLE = /\b(?:from|join|into|overwrite|table|view|update|describe|desc)\s+$/i;
const NAMED = /\b(?:from|join|into|table|update|describe)\s+((?:[\w]+|`[^`]+`)(?:\.(?:[\w]+|`[^`]+`))*)/gi;
/** Tables whose columns are offered before the statement has named any. */
const MOST_TABLES = 50;
/** How long the catalog may take: files of tables may have to be looked at. */
const LONGEST_LOOK_MS = 1000;

export class SqlCompleter {
  readonly #columns = new Map<string, Promise<readonly string[]>>();
  #functions: Promise<readonly string[]> | undefined;

  constructor(private readonly catalog: Pick<Catalog, "listTables" | "listColumns" | "listFunctions">) {}

  /** A statement may have changed what there is. */
  forget(): void {
    this.#columns.clear();
    this.#functions = undefined;
  }

  /** @param text all of the statement that stands before the cursor */
  async complete(text: string): Promise<Completion> {
    const word = /[\w`]*$/.exec(text)![0];
    const before = text.slice(0, text.length - word.length);
    const tables = await inTime(this.catalog.listTables().then((found) => found.map(({ name }) => name)));
    if (BEFORE_TABLE.test(before)) return among(tables, word);
    if (word === "") return [[], ""];
    const named = [...text.matchAll(NAMED)].map(([, name]) => name!);
    const columns = await Promise.all(
      (named.length > 0 ? named : tables.slice(0, MOST_TABLES)).map((name) => this.#columnsOf(name)),
    );
    if (before.endsWith(".")) return among(columns.flat(), word);
    const lower = word === word.toLowerCase();
    const keywords = KEYWORDS.map((keyword) => (lower ? keyword.toLowerCase() : keyword));
    this.#functions ??= inTime(this.catalog.listFunctions().then((found) => found.map(({ name }) => name)));
    return among([...columns.flat(), ...tables, ...keywords, ...(await this.#functions)], word);
  }

  #columnsOf(table: string): Promise<readonly string[]> {
    let columns = this.#columns.get(table);
    if (columns === undefined) {
      columns = inTime(this.catalog.listColumns(table).then((found) => found.map(({ name }) => name)));
      this.#columns.set(table, columns);
    }
    return columns;
  }
}

/** Nothing where it takes too long, or there is no such table. */
function inTime(names: Promise<readonly string[]>): Promise<readonly string[]> {
  const late = new Promise<readonly string[]>((resolve) => setTimeout(() => resolve([]), LONGEST_LOOK_MS).unref());
  return Promise.race([names.catch(() => []), late]);
}
