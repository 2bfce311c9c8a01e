/** FROM: tables, subqueries, inline tables, table functions, joins, samples, pivots and lateral views. */
import type { JoinType, UnresolvedPlan } from "../syntax/plan";
import type { UnresolvedExpression } from "../syntax/expression";
import { type NearestByJoin, nearestByJoin } from "../syntax/nearest-by-join";
import { canBeTableAlias, isTableAlias } from "./aliases";
import type { Cursor } from "./cursor";
import { stringLiteral } from "./make";
import { pivotClause, unpivotClause } from "./pivot";
import { isQueryStart } from "./primary";
import { propertyList } from "./properties";
import { objectName } from "./relation-names";
import { sampled } from "./sample";
import { tableFunction } from "./table-function";

export function fromClause(p: Cursor): UnresolvedPlan {
  const start = p.token.start;
  p.expect("FROM");
  const first = p.token.start;
  let plan = relation(p, null, first);
  while (p.is(",")) {
    p.next();
    plan = relation(p, plan, first);
  }
  plan = lateralViews(p, plan);
  if (p.is("PIVOT") && p.isAt(1, "(")) plan = pivotClause(p, plan, start);
  else if (isUnpivot(p)) plan = unpivotClause(p, plan, start);
  return lateralViews(p, plan);
}

function isUnpivot(p: Cursor): boolean {
  return p.is("UNPIVOT") && (p.isAt(1, "(") || p.isAt(1, "INCLUDE") || p.isAt(1, "EXCLUDE"));
}

/** A table with its joins; after a comma, the other side of a cross product with what stands before (`left`). */
function relation(p: Cursor, left: UnresolvedPlan | null, start: number): UnresolvedPlan {
  const lateral = acceptLateral(p);
  const right = relationPrimary(p);
  let plan: UnresolvedPlan;
  if (left !== null) {
    plan = { kind: "join", left, right, type: "inner", ...(lateral && { lateral }), at: p.at(start) };
  } else {
    plan = lateral ? { kind: "join", left: { kind: "oneRow" }, right, type: "inner", lateral, at: p.at(start) } : right;
  }
  return relationExtensions(p, plan, start);
}

function acceptLateral(p: Cursor): boolean {
  return p.is("LATERAL") && !p.isAt(1, "VIEW") && (p.isAt(1, "(") || p.isName(1)) ? p.accept("LATERAL") : false;
}

/** Joins, PIVOT and UNPIVOT behind a relation, in their order. */
export function relationExtensions(p: Cursor, first: UnresolvedPlan, start: number): UnresolvedPlan {
  let plan = first;
  for (;;) {
    if (p.is("PIVOT") && p.isAt(1, "(")) plan = pivotClause(p, plan, start);
    else if (isUnpivot(p)) plan = unpivotClause(p, plan, start);
    else {
      const joined = join(p, plan, start);
      if (joined === null) return plan;
      plan = joined;
    }
  }
}

export function join(p: Cursor, left: UnresolvedPlan, start: number): UnresolvedPlan | null {
  const joinStart = p.token.start;
  const natural = p.is("NATURAL") && !p.isAt(1, ")") ? p.accept("NATURAL") : false;
  const type = joinType(p);
  if (type === null) {
    if (natural) throw p.unexpected();
    return null;
  }
  const lateral = acceptLateral(p);
  const right = relationPrimary(p);
  let condition: UnresolvedExpression | undefined;
  let using: readonly string[] | undefined;
  if (!natural && !lateral && (p.is("APPROX") || p.is("EXACT")) && p.isAt(1, "NEAREST")) {
    return nearest(p, { left, right, type }, start);
  }
  if (!natural) {
    if (p.accept("ON")) condition = p.rules.expression(p);
    else if (p.is("USING") && p.isAt(1, "(")) {
      p.next();
      using = p.nameList();
    }
  }
  if (lateral && using !== undefined) throw p.error("UNSUPPORTED_FEATURE.LATERAL_JOIN_USING", {}, joinStart);
  if (lateral && natural) {
    throw p.error("INCOMPATIBLE_JOIN_TYPES", { joinType1: "LATERAL", joinType2: "NATURAL" }, joinStart);
  }
  if (lateral && type !== "inner" && type !== "cross" && type !== "left") {
    throw p.error("INVALID_LATERAL_JOIN_TYPE", { joinType: JOIN_NAMES[type] }, joinStart);
  }
  if (natural && type === "cross") {
    throw p.error("INCOMPATIBLE_JOIN_TYPES", { joinType1: "NATURAL", joinType2: "CROSS" }, joinStart);
  }
  return {
    kind: "join",
    left,
    right,
    type,
    ...(condition && { condition }),
    ...(using && { using }),
    ...(natural && { natural }),
    ...(lateral && { lateral }),
    at: p.at(start),
  };
}

/** (APPROX | EXACT) NEAREST [n] BY (DISTANCE | SIMILARITY) expression */
function nearest(p: Cursor, sides: Pick<NearestByJoin, "left" | "right" | "type">, start: number): UnresolvedPlan {
  const mode = p.next().text;
  p.expect("NEAREST");
  const numResults = p.token.kind === "integer" ? Number(p.next().text) : 1;
  p.expect("BY");
  if (!p.is("DISTANCE") && !p.is("SIMILARITY")) throw p.unexpected();
  const direction = p.next().text;
  const ranking = p.rules.expression(p);
  return nearestByJoin({ ...sides, mode, numResults, direction, ranking, at: p.at(start) });
}

const JOIN_NAMES: Readonly<Record<JoinType, string>> = {
  inner: "INNER",
  cross: "CROSS",
  left: "LEFT OUTER",
  right: "RIGHT OUTER",
  full: "FULL OUTER",
  leftSemi: "LEFT SEMI",
  leftAnti: "LEFT ANTI",
};

/** The words up to and with JOIN; null, and nothing taken, where no join follows. */
function joinType(p: Cursor): JoinType | null {
  const mark = p.mark;
  const type = ((): JoinType => {
    switch (p.token.symbol) {
      case "INNER":
        p.next();
        return "inner";
      case "CROSS":
        p.next();
        return "cross";
      case "LEFT":
        p.next();
        if (p.accept("SEMI")) return "leftSemi";
        if (p.accept("ANTI")) return "leftAnti";
        p.accept("OUTER");
        return "left";
      case "RIGHT":
        p.next();
        p.accept("OUTER");
        return "right";
      case "FULL":
        p.next();
        p.accept("OUTER");
        return "full";
      case "SEMI":
        p.next();
        return "leftSemi";
      case "ANTI":
        p.next();
        return "leftAnti";
      default:
        return "inner";
    }
  })();
  if (p.accept("JOIN")) return type;
  const started = p.mark !== mark;
  if (started) throw p.unexpected();
  p.reset(mark);
  return null;
}

export function relationPrimary(p: Cursor): UnresolvedPlan {
  const start = p.token.start;
  if (p.is("(")) return parenthesized(p);
  if (p.is("VALUES") && isQueryStart(p, 0)) return inlineTable(p);
  if (p.is("STREAM") && (p.isName(1) || p.isAt(1, "("))) {
    throw p.error("UNSUPPORTED_FEATURE.STREAM_RELATION", {}, start);
  }
  const named = tableFunction(p);
  if (named !== null) return aliased(p, named.plan, named.at);
  const table = timeTravel(p, tableReference(p, start));
  return aliased(p, sampled(p, table), start);
}

/** (query) or (a JOIN b). */
function parenthesized(p: Cursor): UnresolvedPlan {
  const start = p.token.start;
  const mark = p.mark;
  if (isQueryStart(p, 1)) {
    const mayBeJoin = p.isAt(1, "(") || p.isAt(1, "VALUES");
    const positional = p.positional;
    p.next();
    try {
      const plan = p.rules.query(p);
      p.expect(")");
      return subqueryAlias(p, sampled(p, plan), start);
    } catch (error) {
      if (!mayBeJoin) throw error;
      p.reset(mark);
      p.positional = positional;
    }
  }
  p.expect("(");
  const inner = p.token.start;
  const plan = relation(p, null, inner);
  p.expect(")");
  return aliased(p, sampled(p, plan), start);
}

/** The name of subqueries without an alias, which errors show. */
const UNNAMED = "__auto_generated_subquery_name";

function subqueryAlias(p: Cursor, child: UnresolvedPlan, start: number): UnresolvedPlan {
  if (p.is("AS") || isTableAlias(p)) return aliased(p, child, start);
  return { kind: "alias", child, name: UNNAMED, at: p.at(start) };
}

/** [AS] name [(columns)], or AS (columns) */
export function aliased(p: Cursor, child: UnresolvedPlan, start: number): UnresolvedPlan {
  const as = p.is("AS");
  if (as) {
    p.next();
    if (p.is("(") && p.isName(1)) return { kind: "alias", child, name: UNNAMED, columns: p.nameList(), at: p.at(start) };
    if (!canBeTableAlias(p)) throw p.unexpected();
  } else if (!isTableAlias(p)) {
    return child;
  }
  const name = p.strictName();
  const columns = p.is("(") && p.isName(1) ? p.nameList() : undefined;
  return { kind: "alias", child, name, ...(columns && { columns }), at: p.at(start) };
}

/** A name of a table, view or file, with options of the read. */
export function tableReference(p: Cursor, start: number): UnresolvedPlan {
  const name = objectName(p);
  const options = p.is("WITH") && p.isAt(1, "(") && p.accept("WITH") ? propertyList(p) : undefined;
  return { kind: "table", name, ...(options && { options }), at: p.at(start) };
}

/** [FOR] VERSION | SYSTEM_VERSION | TIMESTAMP | SYSTEM_TIME AS OF … */
function timeTravel(p: Cursor, table: UnresolvedPlan): UnresolvedPlan {
  if (table.kind !== "table") return table;
  const skip = p.is("FOR") ? 1 : 0;
  const word = p.peek(skip).symbol;
  const version = word === "VERSION" || word === "SYSTEM_VERSION";
  if (!version && word !== "TIMESTAMP" && word !== "SYSTEM_TIME") return table;
  if (!p.isAt(skip + 1, "AS") || !p.isAt(skip + 2, "OF")) return table;
  for (let i = 0; i < skip + 3; i++) p.next();
  if (!version) return { ...table, timeTravel: p.rules.expression(p) };
  const text = p.token.kind === "integer" ? p.next().text : p.string();
  return { ...table, timeTravel: stringLiteral(text) };
}

/** VALUES 1, 2 or VALUES (1, 2), (3, 4), with an alias. */
export function inlineTable(p: Cursor): UnresolvedPlan {
  const start = p.token.start;
  p.expect("VALUES");
  const rows = p.list((): readonly UnresolvedExpression[] => {
    const row = p.rules.expression(p);
    // STRUCT(…) alone makes the same syntax as a row in parentheses, and Spark takes it for one.
    const isRow = row.kind === "call" && row.name.length === 1 && row.name[0]?.toLowerCase() === "struct";
    return isRow ? row.args : [row];
  });
  const expected = rows[0]?.length ?? 0;
  const bad = rows.findIndex((row) => row.length !== expected);
  const named = aliased(p, { kind: "oneRow" }, start);
  const names = named.kind === "alias" ? (named.columns ?? null) : null;
  if (bad >= 0) {
    throw p.error(
      "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
      { expectedNumCols: String(expected), actualNumCols: String(rows[bad]?.length), rowIndex: String(bad) },
      start,
    );
  }
  if (names !== null && names.length !== expected) {
    throw p.error(
      "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
      { expectedNumCols: String(names.length), actualNumCols: String(expected), rowIndex: "0" },
      start,
    );
  }
  const table: UnresolvedPlan = {
    kind: "inlineTable",
    names,
    rows: rows.map((row) => row.map((cell) => (cell.kind === "alias" ? cell.child : cell))),
    at: p.at(start),
  };
  return named.kind === "alias" ? { kind: "alias", child: table, name: named.name, at: p.at(start) } : table;
}

/** LATERAL VIEW [OUTER] f(x) table [AS a, b], any number of them. */
export function lateralViews(p: Cursor, first: UnresolvedPlan): UnresolvedPlan {
  let plan = first;
  while (p.is("LATERAL") && p.isAt(1, "VIEW")) {
    const start = p.token.start;
    p.expect("LATERAL", "VIEW");
    const outer = p.is("OUTER") && !p.isAt(1, "(") ? p.accept("OUTER") : false;
    const callStart = p.token.start;
    const name = p.names();
    p.expect("(");
    const args = p.is(")") ? [] : p.list(() => p.rules.expression(p));
    p.expect(")");
    const generator: UnresolvedExpression = { kind: "call", name, args, at: p.at(callStart) };
    const as = p.is("AS");
    const table = as ? "" : p.strictName();
    const columns: string[] = [];
    if (p.accept("AS") || (!as && p.token.kind !== "end" && isTableAlias(p))) {
      columns.push(p.strictName());
      while (p.is(",") && p.isName(1)) {
        p.next();
        columns.push(p.strictName());
      }
    }
    plan = { kind: "lateralView", child: plan, generator, outer, table, columns, at: p.at(start) };
  }
  return plan;
}
