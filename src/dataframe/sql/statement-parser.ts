/** One statement, told by its first words. */
import type { ExplainMode, Statement } from "../syntax/command";
import type { Cursor } from "./cursor";
import { isWith, query, withClause } from "./query-parser";
import { fromClause } from "./relation-parser";
import { objectName } from "./relation-names";
import { alterStatement } from "./statements/alter";
import { createStatement, dropStatement, unsupportedOperation } from "./statements/create";
import { deleteStatement, insertStatement, loadData, mergeStatement, multiInsert, updateStatement } from "./statements/data";
import type { With } from "./statements/data";
import { optionalPartitionSpec } from "./statements/partition-spec";
import { compound } from "./statements/script";
import {
  analyzeStatement,
  cacheStatement,
  commentStatement,
  refreshStatement,
  repairStatement,
  resetStatement,
  resourceStatement,
  setStatement,
  uncacheStatement,
  useStatement,
} from "./statements/session";
import { describeStatement, showStatement } from "./statements/show";
import { callStatement, declareVariable, executeImmediate } from "./statements/variables";

export function statement(p: Cursor): Statement {
  const start = p.token.start;
  return { ...unlocated(p, false), at: p.at(start) };
}

/** Within BEGIN … END, SET means variables. */
function scriptStatement(p: Cursor): Statement {
  const start = p.token.start;
  return { ...unlocated(p, true), at: p.at(start) };
}

const EXPLAIN_MODES: Readonly<Record<string, ExplainMode>> = {
  EXTENDED: "extended",
  CODEGEN: "codegen",
  COST: "cost",
  FORMATTED: "formatted",
  LOGICAL: "logical",
};

function unlocated(p: Cursor, inScript: boolean): Statement {
  const start = p.token.start;
  if (p.is("BEGIN")) return { kind: "compound", body: compound(p, scriptStatement) };
  switch (p.token.symbol) {
    case "WITH":
      return withStatement(p);
    case "FROM":
      return fromStatement(p, null);
    case "INSERT":
      return insertStatement(p, null);
    case "UPDATE":
      return updateStatement(p, null);
    case "DELETE":
      return deleteStatement(p, null);
    case "MERGE":
      return mergeStatement(p, null);
    case "LOAD":
      return loadData(p);
    case "EXPLAIN": {
      p.next();
      const mode = EXPLAIN_MODES[p.token.symbol];
      if (mode !== undefined) p.next();
      return { kind: "explain", mode: mode ?? "simple", statement: statement(p) };
    }
    case "CREATE":
    case "REPLACE":
      return createStatement(p);
    case "DROP":
      return dropStatement(p);
    case "ALTER":
      return alterStatement(p);
    case "SHOW":
      return showStatement(p);
    case "DESC":
    case "DESCRIBE":
      return describeStatement(p);
    case "USE":
      return useStatement(p);
    case "SET":
      return setStatement(p, inScript);
    case "RESET":
      return resetStatement(p);
    case "CACHE":
      return cacheStatement(p);
    case "UNCACHE":
      return uncacheStatement(p);
    case "CLEAR":
      p.expect("CLEAR", "CACHE");
      return { kind: "clearCache" };
    case "REFRESH":
      return refreshStatement(p);
    case "ANALYZE":
      return analyzeStatement(p);
    case "TRUNCATE": {
      p.expect("TRUNCATE", "TABLE");
      const table = objectName(p);
      return { kind: "truncateTable", table, partition: optionalPartitionSpec(p) ?? [] };
    }
    case "MSCK":
    case "REPAIR":
      return repairStatement(p);
    case "COMMENT":
      return commentStatement(p);
    case "DECLARE":
      p.next();
      return declareVariable(p, start);
    case "EXECUTE":
      return executeImmediate(p);
    case "CALL":
      return callStatement(p);
    case "ADD":
    case "LIST":
      return resourceStatement(p);
    case "GRANT":
    case "REVOKE":
    case "EXPORT":
    case "IMPORT":
    case "LOCK":
    case "UNLOCK":
    case "START":
    case "COMMIT":
    case "ROLLBACK":
    case "DFS":
      throw unsupportedOperation(p, start);
    default:
      return { kind: "query", plan: query(p) };
  }
}

/** WITH before a query or before INSERT. */
function withStatement(p: Cursor): Statement {
  if (!isWith(p)) throw p.unexpected();
  const mark = p.mark;
  const positional = p.positional;
  const ctes: With = withClause(p);
  switch (p.token.symbol) {
    case "INSERT":
      return insertStatement(p, ctes);
    case "UPDATE":
      return updateStatement(p, ctes);
    case "DELETE":
      return deleteStatement(p, ctes);
    case "MERGE":
      return mergeStatement(p, ctes);
    case "FROM":
      if (isMultiInsert(p)) return fromStatement(p, ctes);
      break;
    default:
      break;
  }
  p.reset(mark);
  p.positional = positional;
  return { kind: "query", plan: query(p) };
}

/** FROM t INSERT …, or a query that begins with FROM. */
function fromStatement(p: Cursor, ctes: With | null): Statement {
  if (!isMultiInsert(p)) return { kind: "query", plan: query(p) };
  const from = fromClause(p);
  return multiInsert(p, from, ctes);
}

/** INSERT stands behind the FROM clause, outside of parentheses. */
function isMultiInsert(p: Cursor): boolean {
  let depth = 0;
  for (let n = 1; p.peek(n).kind !== "end"; n++) {
    if (p.isAt(n, "(")) depth++;
    else if (p.isAt(n, ")")) depth--;
    else if (depth === 0 && p.isAt(n, "INSERT") && (p.isAt(n + 1, "INTO") || p.isAt(n + 1, "OVERWRITE"))) return true;
    else if (depth === 0 && p.isAt(n, "SELECT")) return false;
    if (depth < 0) return false;
  }
  return false;
}
