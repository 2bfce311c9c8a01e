/** CREATE and REPLACE TABLE, CREATE TABLE … LIKE. */
import type { BucketSpec, HiveFormat, Partitioning, Statement, TableSpec } from "../../syntax/command";
import { withoutTransforms } from "../../syntax/partition-transforms";
import type { Cursor } from "../cursor";
import { fileFormat, rowFormat } from "../hive-format";
import { isQueryStart } from "../primary";
import { propertyList, refuseReserved } from "../properties";
import { objectName } from "../relation-names";
import { collationName } from "../type-parser";
import { columnDefinition, constraint, isConstraint } from "./columns";
import { viewBody } from "./view";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** `words` before TABLE have been read: what they said is in `how`. The cursor stands behind TABLE. */
export function createTable(
  p: Cursor,
  how: { readonly orReplace: boolean; readonly replace: boolean; readonly external: boolean; readonly temporary: boolean },
  start: number,
): Statement {
  const ifNotExists = p.accept("IF", "NOT", "EXISTS") || p.accept("IF", "!", "EXISTS");
  const name = objectName(p);
  if (p.is("LIKE")) return createTableLike(p, name, ifNotExists);
  const columns: TableSpec["columns"][number][] = [];
  const constraints: TableSpec["constraints"][number][] = [];
  if (p.is("(") && !isQueryStart(p, 1)) {
    p.parenthesized(() => {
      if (isConstraint(p) && !(p.is("UNIQUE") && p.isName(1))) constraints.push(constraint(p, null));
      else columns.push(columnDefinition(p));
    });
  }
  const provider = p.accept("USING") ? p.names() : undefined;
  const clauses = { ...tableClauses(p, start), ...(provider !== undefined && { provider }) };
  const spec: TableSpec = { columns, constraints, ...clauses };
  const as = p.accept("AS");
  const query = as || isQueryStart(p, 0) ? viewBody(p) : null;
  if (how.temporary) {
    if (query === null && how.orReplace === false && ifNotExists) {
      throw p.error("INVALID_STATEMENT_OR_CLAUSE", { operation: "CREATE TEMPORARY TABLE ... IF NOT EXISTS" }, start);
    }
    const isUsing =
      query === null && provider !== undefined && Array.isArray(name) && columns.every((one) => one.name.length === 1);
    if (isUsing) {
      // What the source is given; nothing of it is kept in a catalog.
      const fields = columns.map((one) => ({ name: one.name[0] as string, type: one.type, nullable: one.nullable }));
      const schema = columns.length === 0 ? null : { kind: "struct" as const, fields };
      const options = { ...spec.options, ...(spec.location !== undefined && { path: spec.location }) };
      return {
        kind: "createTempViewUsing",
        name: name as readonly string[],
        global: false,
        orReplace: how.orReplace,
        schema,
        provider,
        options,
      };
    }
    throw p.error("_LEGACY_ERROR_TEMP_0046", { message: "A temporary table needs a source; write CREATE TEMPORARY VIEW" }, start);
  }
  if (query !== null && columns.length > 0) {
    throw p.error(
      "_LEGACY_ERROR_TEMP_0035",
      { message: "A schema may not be given where the table is made from a query" },
      start,
    );
  }
  return { kind: "createTable", name, ifNotExists, ...how, spec, query };
}

type Clauses = Omit<TableSpec, "columns" | "constraints">;

function tableClauses(p: Cursor, start: number): Clauses {
  const clauses: Mutable<Clauses> = { partitioning: [], options: {}, properties: {} };
  let hive: HiveFormat = {};
  const seen = new Set<string>();
  const once = (clause: string): void => {
    if (seen.has(clause)) throw p.error("DUPLICATE_CLAUSES", { clauseName: clause }, start);
    seen.add(clause);
  };
  for (;;) {
    if (p.accept("OPTIONS")) {
      once("OPTIONS");
      clauses.options = propertyList(p);
      refuseReserved(p, Object.keys(clauses.options), "table", start);
    } else if (p.accept("PARTITIONED", "BY")) {
      once("PARTITIONED BY");
      clauses.partitioning = p.parenthesized(() => partitioning(p));
    } else if (p.accept("CLUSTERED", "BY")) {
      once("CLUSTERED BY");
      clauses.bucket = bucketSpec(p, start);
    } else if (p.accept("CLUSTER", "BY")) {
      once("CLUSTER BY");
      clauses.clusterBy = p.is("NONE") ? (p.next(), []) : p.parenthesized(() => p.names());
    } else if (p.accept("LOCATION")) {
      once("LOCATION");
      clauses.location = p.string();
    } else if (p.accept("COMMENT")) {
      once("COMMENT");
      clauses.comment = p.string();
    } else if (p.accept("TBLPROPERTIES")) {
      once("TBLPROPERTIES");
      clauses.properties = propertyList(p);
      refuseReserved(p, Object.keys(clauses.properties), "table", start);
    } else if (p.accept("DEFAULT", "COLLATION")) {
      once("DEFAULT COLLATION");
      clauses.collation = collationName(p);
    } else if (p.is("ROW") && p.isAt(1, "FORMAT")) {
      once("ROW FORMAT");
      hive = { ...hive, ...rowFormat(p) };
    } else if (p.is("STORED") && (p.isAt(1, "AS") || p.isAt(1, "BY"))) {
      once("STORED AS/BY");
      hive = { ...hive, ...fileFormat(p) };
    } else if (p.accept("SKEWED", "BY")) {
      throw p.error("_LEGACY_ERROR_TEMP_0035", { message: "CREATE TABLE ... SKEWED BY" }, start);
    } else {
      break;
    }
  }
  if (clauses.clusterBy !== undefined && clauses.bucket !== undefined)
    throw p.error("SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED", {}, start);
  if (clauses.clusterBy !== undefined && clauses.partitioning.length > 0)
    throw p.error("SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED", {}, start);
  return {
    ...clauses,
    ...withoutTransforms(clauses, (errorClass, parameters) => p.error(errorClass, parameters, start)),
    ...(Object.keys(hive).length > 0 && { hive }),
  };
}

/** A column, a column with its type (Hive's form), or a transform. */
function partitioning(p: Cursor): Partitioning {
  if (p.isName() && p.isAt(1, "(")) {
    const name = p.name();
    return { kind: "transform", name, args: p.parenthesized(() => p.rules.expression(p)) };
  }
  if (p.isName(1)) return { kind: "definition", column: columnDefinition(p) };
  return { kind: "column", name: p.names() };
}

function bucketSpec(p: Cursor, start: number): BucketSpec {
  const columns = p.nameList();
  const sort = p.accept("SORTED", "BY")
    ? p.parenthesized(() => {
        const column = p.strictName();
        const descending = p.accept("DESC");
        if (descending) throw p.error("_LEGACY_ERROR_TEMP_0035", { message: "Column ordering must be ASC, was 'DESC'" }, start);
        p.accept("ASC");
        return { column, ascending: true };
      })
    : [];
  p.expect("INTO");
  const buckets = p.integer();
  p.expect("BUCKETS");
  return { buckets, columns, sort };
}

function createTableLike(p: Cursor, name: ReturnType<typeof objectName>, ifNotExists: boolean): Statement {
  p.expect("LIKE");
  const source = objectName(p);
  const statement: Mutable<Extract<Statement, { kind: "createTableLike" }>> = {
    kind: "createTableLike",
    name,
    source,
    ifNotExists,
    properties: {},
  };
  for (;;) {
    if (p.accept("USING")) statement.provider = p.names();
    else if (p.accept("LOCATION")) statement.location = p.string();
    else if (p.accept("TBLPROPERTIES")) statement.properties = propertyList(p);
    else if (p.is("ROW") && p.isAt(1, "FORMAT")) statement.hive = { ...statement.hive, ...rowFormat(p) };
    else if (p.is("STORED")) statement.hive = { ...statement.hive, ...fileFormat(p) };
    else return statement;
  }
}
