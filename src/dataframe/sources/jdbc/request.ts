/** What the options of a JDBC-style table say, with Spark's names and defaults. */
import { AnalysisError } from "../../errors";
import type { SourceOptions } from "../data-source";
import { integerOption, invalidOption, option } from "../options";
import type { ConnectOptions, Dialect } from "./dialect";
import { postgres } from "./postgres";
import { sqlite } from "./sqlite";

export interface TableRequest {
  readonly dialect: Dialect;
  /** A connection string, or a path. */
  readonly target: string;
  /** What stands in FROM: the table, or a query in parentheses with a name. */
  readonly from: string;
  /** The table's name; null where a query is read. */
  readonly table: string | null;
  readonly fetchSize: number;
  readonly batchSize: number;
  readonly connect: Omit<ConnectOptions, "readOnly">;
}

export function tableRequest(options: SourceOptions): TableRequest {
  const url = option(options, "url");
  if (url === undefined) throw missing("url");
  const { dialect, target } = databaseOf(url);
  const table = option(options, "dbtable") ?? null;
  const query = option(options, "query");
  if ((table === null) === (query === undefined))
    throw new AnalysisError("INVALID_OPTION_VALUE", {
      optionName: "dbtable",
      optionValue: `${table ?? ""}`,
      expected: "one of the options dbtable and query",
    });
  const isQuery = table === null || table.trim().startsWith("(");
  return {
    dialect,
    target,
    from:
      query === undefined ? (isQuery && !/\)\s*(as\s+)?\w+\s*$/i.test(table!) ? `${table!} AS t` : table!) : `(${query}) AS t`,
    table: isQuery ? null : table,
    fetchSize: positive(options, "fetchsize", 10_000),
    batchSize: positive(options, "batchsize", 1000),
    connect: {
      user: option(options, "user"),
      password: option(options, "password"),
      sessionInitStatement: option(options, "sessionInitStatement"),
      queryTimeout: integerOption(options, "queryTimeout", 0),
    },
  };
}

function positive(options: SourceOptions, name: string, otherwise: number): number {
  const value = integerOption(options, name, otherwise);
  // 0 leaves it to the driver, as Spark's default does.
  return value > 0 ? value : otherwise;
}

export function missing(name: string): AnalysisError {
  return new AnalysisError("INVALID_OPTION_VALUE", { optionName: name, optionValue: "", expected: "given for format jdbc" });
}

function databaseOf(url: string): { readonly dialect: Dialect; readonly target: string } {
  const match = /^(?:jdbc:)?(postgres(?:ql)?|sqlite):(.*)$/is.exec(url.trim());
  if (match === null)
    throw invalidOption("url", url.replace(/:[^:@/]*@/, ":…@"), "jdbc:postgresql://host:port/database or jdbc:sqlite:/path");
  const [, scheme, rest] = match;
  return scheme!.toLowerCase() === "sqlite"
    ? { dialect: sqlite, target: rest!.replace(/^\/\/(?=\/)/, "") }
    : { dialect: postgres, target: `postgresql:${rest!}` };
}
