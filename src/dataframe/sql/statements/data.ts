/** INSERT, UPDATE, DELETE, MERGE, LOAD DATA. */
import type {
  Assignment,
  HiveFormat,
  MergeAction,
  MergeClause,
  ObjectName,
  PartitionSpec,
  Statement,
} from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import type { Cte, UnresolvedPlan } from "../../syntax/plan";
import type { Cursor } from "../cursor";
import { fileFormat, rowFormat } from "../hive-format";
import { canBeTableAlias } from "../aliases";
import { isQueryStart } from "../primary";
import { propertyList } from "../properties";
import { organized, selectQuery } from "../query-parser";
import { aliased, tableReference } from "../relation-parser";
import { objectName } from "../relation-names";
import { optionalPartitionSpec } from "./partition-spec";

/** WITH before a statement belongs to its query. */
export interface With {
  readonly ctes: readonly Cte[];
  readonly recursive: boolean;
}

function withCtes(plan: UnresolvedPlan, ctes: With | null): UnresolvedPlan {
  return ctes === null ? plan : { kind: "with", child: plan, ...ctes };
}

export function insertStatement(p: Cursor, ctes: With | null): Statement {
  const target = insertTarget(p);
  return target(withCtes(p.rules.query(p), ctes));
}

/** FROM t INSERT INTO a SELECT … INSERT INTO b SELECT …: `from` has been read. */
export function multiInsert(p: Cursor, from: UnresolvedPlan, ctes: With | null): Statement {
  const inserts: Statement[] = [];
  while (p.is("INSERT")) {
    const target = insertTarget(p);
    inserts.push(target(withCtes(organized(p, selectQuery(p, from)), ctes)));
  }
  const [only] = inserts;
  return inserts.length === 1 && only !== undefined ? only : { kind: "multiInsert", inserts };
}

type Insert = (query: UnresolvedPlan) => Statement;

function insertTarget(p: Cursor): Insert {
  const start = p.token.start;
  p.expect("INSERT");
  const schemaEvolution = p.accept("WITH", "SCHEMA", "EVOLUTION");
  const overwrite = p.accept("OVERWRITE");
  if (!overwrite) p.expect("INTO");
  if (overwrite && (p.is("DIRECTORY") || (p.is("LOCAL") && p.isAt(1, "DIRECTORY")))) return insertDirectory(p, start);
  if (p.is("TABLE") && p.isName(1)) p.next();
  const table = objectName(p);
  const hasAlias = !overwrite && targetAlias(p);
  const options = p.is("WITH") && p.isAt(1, "(") && p.accept("WITH") ? propertyList(p) : undefined;
  const replacing = overwrite ? null : replacingInsert(p, table, { hasAlias, schemaEvolution, start });
  if (replacing !== null) return replacing;
  const partition = optionalPartitionSpec(p) ?? [];
  const ifPartitionNotExists = p.accept("IF", "NOT", "EXISTS") || p.accept("IF", "!", "EXISTS");
  if (ifPartitionNotExists && !overwrite) {
    throw p.error("UNSUPPORTED_FEATURE.INSERT_PARTITION_SPEC_IF_NOT_EXISTS", { tableName: nameText(table) }, start);
  }
  if (ifPartitionNotExists && partition.some(({ value }) => value === null)) {
    const names = partition.filter(({ value }) => value === null).map(({ name }) => name);
    throw p.error("_LEGACY_ERROR_TEMP_0022", { ctx: names.join(", ") }, start);
  }
  const byName = p.accept("BY", "NAME");
  const columns = !byName && p.is("(") && p.isName(1) && !isQueryStart(p, 1) ? p.nameList() : null;
  return (query) =>
    insertOf(table, query, {
      overwrite,
      partition,
      ifPartitionNotExists,
      byName,
      columns,
      ...(schemaEvolution && { schemaEvolution }),
      ...(options && { options }),
    });
}

/** A name for the table stands before REPLACE alone. */
function targetAlias(p: Cursor): boolean {
  const mark = p.mark;
  if (p.accept("AS") || (canBeTableAlias(p) && !p.is("REPLACE") && !(p.is("BY") && p.isAt(1, "NAME")))) {
    if (canBeTableAlias(p)) p.name();
    if (isReplacing(p)) return true;
  }
  p.reset(mark);
  return false;
}

function isReplacing(p: Cursor): boolean {
  const at = p.is("BY") && p.isAt(1, "NAME") ? 2 : 0;
  return p.isAt(at, "REPLACE") && (p.isAt(at + 1, "WHERE") || p.isAt(at + 1, "ON") || p.isAt(at + 1, "USING"));
}

/** [BY NAME] REPLACE WHERE condition, REPLACE ON condition, REPLACE USING (a, b); null where none of them follows. */
function replacingInsert(
  p: Cursor,
  table: ObjectName,
  { hasAlias, schemaEvolution, start }: { readonly hasAlias: boolean; readonly schemaEvolution: boolean; readonly start: number },
): Insert | null {
  if (!isReplacing(p)) return null;
  const byName = p.accept("BY", "NAME");
  const how: Partial<InsertStatement> = { overwrite: true, byName, ...(schemaEvolution && { schemaEvolution }) };
  if (p.accept("REPLACE", "WHERE")) {
    if (hasAlias) throw p.error("INSERT_REPLACE_WHERE_TABLE_ALIAS_NOT_ALLOWED", {}, start);
    const replaceWhere = p.rules.expression(p);
    return (query) => insertOf(table, query, { ...how, replaceWhere });
  }
  if (p.accept("REPLACE", "ON")) p.rules.expression(p);
  else {
    p.expect("REPLACE");
    p.expect("USING");
    p.nameList();
  }
  return (query) => {
    if (p.accept("AS")) p.name();
    return insertOf(table, query, { ...how, replaceMatching: true });
  };
}

function nameText(name: ObjectName): string {
  return Array.isArray(name) ? (name as string[]).map((part) => `\`${part}\``).join(".") : "";
}

type InsertStatement = Extract<Statement, { kind: "insert" }>;

function insertOf(table: ObjectName, query: UnresolvedPlan, how: Partial<InsertStatement>): InsertStatement {
  return {
    kind: "insert",
    table,
    overwrite: false,
    partition: [],
    ifPartitionNotExists: false,
    columns: null,
    byName: false,
    ...how,
    query,
  };
}

function insertDirectory(p: Cursor, start: number): Insert {
  const local = p.accept("LOCAL");
  p.expect("DIRECTORY");
  const path = p.token.kind === "string" ? p.string() : null;
  if (p.accept("USING")) {
    const provider = p.names();
    const options = p.accept("OPTIONS") ? propertyList(p) : {};
    const inOptions = Object.keys(options).some((key) => key.toLowerCase() === "path");
    if ((path === null) === !inOptions) throw p.error("_LEGACY_ERROR_TEMP_0049", {}, start);
    return (query) => ({ kind: "insertDirectory", local, path, provider, options, query });
  }
  if (path === null) throw p.unexpected();
  let hive: HiveFormat = {};
  if (p.is("ROW")) hive = rowFormat(p);
  if (p.is("STORED")) hive = { ...hive, ...fileFormat(p) };
  return (query) => ({ kind: "insertDirectory", local, path, provider: null, options: {}, hive, query });
}

export function deleteStatement(p: Cursor, ctes: With | null): Statement {
  const start = p.token.start;
  refuseCtes(p, ctes);
  p.expect("DELETE", "FROM");
  const table = aliasedTable(p, start);
  return { kind: "delete", table, condition: p.accept("WHERE") ? p.rules.expression(p) : null };
}

export function updateStatement(p: Cursor, ctes: With | null): Statement {
  const start = p.token.start;
  refuseCtes(p, ctes);
  p.expect("UPDATE");
  const table = aliasedTable(p, start);
  p.expect("SET");
  const assignments = assignmentList(p);
  return { kind: "update", table, assignments, condition: p.accept("WHERE") ? p.rules.expression(p) : null };
}

function refuseCtes(p: Cursor, ctes: With | null): void {
  if (ctes !== null) throw p.unexpected();
}

function aliasedTable(p: Cursor, start: number): UnresolvedPlan {
  const table = tableReference(p, p.token.start);
  const plan = aliased(p, table, start);
  if (plan.kind === "alias" && plan.columns !== undefined) {
    throw p.error("COLUMN_ALIASES_NOT_ALLOWED", { op: "`DELETE`, `UPDATE` or `MERGE`" }, start);
  }
  return plan;
}

export function assignmentList(p: Cursor): readonly Assignment[] {
  return p.list(() => {
    const target = p.names();
    p.expect("=");
    return { target, value: valueOrDefault(p) };
  });
}

export function valueOrDefault(p: Cursor): UnresolvedExpression {
  const next = p.peek(1);
  if (
    p.is("DEFAULT") &&
    (next.kind === "end" || next.symbol === "," || next.symbol === ";" || next.symbol === ")" || next.kind === "word")
  ) {
    p.next();
    return { kind: "default" };
  }
  return p.rules.expression(p);
}

export function mergeStatement(p: Cursor, ctes: With | null): Statement {
  const start = p.token.start;
  refuseCtes(p, ctes);
  p.expect("MERGE");
  const schemaEvolution = p.accept("WITH", "SCHEMA", "EVOLUTION");
  p.expect("INTO");
  const target = aliasedTable(p, p.token.start);
  p.expect("USING");
  const sourceStart = p.token.start;
  let source: UnresolvedPlan;
  if (p.accept("(")) {
    source = p.rules.query(p);
    p.expect(")");
  } else {
    source = tableReference(p, sourceStart);
  }
  source = aliased(p, source, sourceStart);
  p.expect("ON");
  const condition = p.rules.expression(p);
  const clauses: MergeClause[] = [];
  while (p.is("WHEN")) clauses.push(mergeClause(p));
  if (clauses.length === 0) throw p.error("MERGE_WITHOUT_WHEN", {}, start);
  for (const when of ["matched", "notMatched", "notMatchedBySource"] as const) {
    const unconditional = clauses.filter((clause) => clause.when === when).findIndex((clause) => clause.condition === null);
    if (unconditional >= 0 && unconditional < clauses.filter((clause) => clause.when === when).length - 1) {
      const errorClass = {
        matched: "NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION",
        notMatched: "NON_LAST_NOT_MATCHED_BY_TARGET_CLAUSE_OMIT_CONDITION",
        notMatchedBySource: "NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION",
      }[when];
      throw p.error(errorClass, {}, start);
    }
  }
  return { kind: "merge", target, source, condition, clauses, schemaEvolution };
}

function mergeClause(p: Cursor): MergeClause {
  p.expect("WHEN");
  let when: MergeClause["when"] = "matched";
  if (p.accept("NOT") || p.accept("!")) {
    p.expect("MATCHED");
    when = "notMatched";
    if (p.accept("BY")) {
      if (p.accept("SOURCE")) when = "notMatchedBySource";
      else p.expect("TARGET");
    }
  } else {
    p.expect("MATCHED");
  }
  const condition = p.accept("AND") ? p.rules.expression(p) : null;
  p.expect("THEN");
  return { when, condition, action: mergeAction(p, when) };
}

function mergeAction(p: Cursor, when: MergeClause["when"]): MergeAction {
  if (when === "notMatched") {
    p.expect("INSERT");
    if (p.accept("*")) return { kind: "insert", assignments: null };
    const targets = p.parenthesized(() => p.names());
    p.expect("VALUES");
    const values = p.parenthesized(() => valueOrDefault(p));
    if (values.length !== targets.length) {
      throw p.error("_LEGACY_ERROR_TEMP_0009", {}, p.token.start);
    }
    return { kind: "insert", assignments: targets.map((target, i) => ({ target, value: values[i] as UnresolvedExpression })) };
  }
  if (p.accept("DELETE")) return { kind: "delete" };
  p.expect("UPDATE", "SET");
  if (when === "matched" && p.accept("*")) return { kind: "update", assignments: null };
  return { kind: "update", assignments: assignmentList(p) };
}

export function loadData(p: Cursor): Statement {
  p.expect("LOAD", "DATA");
  const local = p.accept("LOCAL");
  p.expect("INPATH");
  const path = p.string();
  const overwrite = p.accept("OVERWRITE");
  p.expect("INTO", "TABLE");
  const table = objectName(p);
  const partition: PartitionSpec = optionalPartitionSpec(p) ?? [];
  return { kind: "loadData", path, local, overwrite, table, partition };
}
