/** CREATE and ALTER VIEW. */
import type { SchemaBinding, Statement, ViewBody } from "../../syntax/command";
import { propertyList } from "../properties";
import type { Cursor } from "../cursor";
import { objectName } from "../relation-names";
import { collationName, schemaFields } from "../type-parser";

/** A query with its text. */
export function viewBody(p: Cursor): ViewBody {
  const start = p.token.start;
  const tree = p.rules.query(p);
  return { sql: p.text.slice(start, p.previousEnd), tree };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function createView(
  p: Cursor,
  how: { readonly orReplace: boolean; readonly scope: "persistent" | "local" | "global" },
  start: number,
): Statement {
  const ifNotExists = p.accept("IF", "NOT", "EXISTS") || p.accept("IF", "!", "EXISTS");
  const name = objectName(p);
  if (isUsing(p)) return createTempViewUsing(p, how, name, start);
  const columns = p.is("(")
    ? p.parenthesized(() => {
        const column = p.strictName();
        return p.accept("COMMENT") ? { name: column, comment: p.string() } : { name: column };
      })
    : null;
  const view: Mutable<Omit<Extract<Statement, { kind: "createView" }>, "query">> = {
    kind: "createView",
    name,
    ...how,
    ifNotExists,
    columns,
    properties: {},
  };
  for (;;) {
    if (p.accept("COMMENT")) view.comment = p.string();
    else if (p.accept("TBLPROPERTIES")) view.properties = propertyList(p);
    else if (p.accept("DEFAULT", "COLLATION")) view.collation = collationName(p);
    else if (p.is("WITH") && p.isAt(1, "SCHEMA")) view.schemaBinding = schemaBinding(p);
    else if (p.accept("PARTITIONED", "ON")) p.nameList();
    else break;
  }
  p.expect("AS");
  const outside = p.options;
  if (view.collation !== undefined) p.options = { ...outside, defaultCollation: view.collation };
  const query = viewBody(p);
  p.options = outside;
  if (ifNotExists && how.scope !== "persistent") {
    throw p.error("INVALID_SQL_SYNTAX.CREATE_TEMP_VIEW_IF_NOT_EXISTS", {}, start);
  }
  if (ifNotExists && how.orReplace) {
    throw p.error("INVALID_SQL_SYNTAX.CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE", {}, start);
  }
  if (how.scope !== "persistent" && Object.keys(view.properties).length > 0) {
    throw p.error("_LEGACY_ERROR_TEMP_0035", { message: "TBLPROPERTIES can't coexist with CREATE TEMPORARY VIEW" }, start);
  }
  if (how.scope === "local" && Array.isArray(name) && name.length > 1) {
    throw p.error(
      "TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS",
      { actualName: (name as string[]).map((part) => `\`${part}\``).join(".") },
      start,
    );
  }
  return { ...view, query };
}

/** USING follows the name, or the schema in parentheses. */
function isUsing(p: Cursor): boolean {
  if (p.is("USING")) return true;
  if (!p.is("(")) return false;
  let depth = 0;
  for (let n = 0; p.peek(n).kind !== "end"; n++) {
    if (p.isAt(n, "(")) depth++;
    else if (p.isAt(n, ")") && --depth === 0) return p.isAt(n + 1, "USING");
  }
  return false;
}

function createTempViewUsing(
  p: Cursor,
  how: { readonly orReplace: boolean; readonly scope: "persistent" | "local" | "global" },
  name: ReturnType<typeof objectName>,
  start: number,
): Statement {
  if (how.scope === "persistent" || !Array.isArray(name)) throw p.unexpected();
  let schema: Extract<Statement, { kind: "createTempViewUsing" }>["schema"] = null;
  if (p.accept("(")) {
    schema = { kind: "struct", fields: schemaFields(p) };
    p.expect(")");
  }
  p.expect("USING");
  const provider = p.names();
  const options = p.accept("OPTIONS") ? propertyList(p) : {};
  void start;
  return {
    kind: "createTempViewUsing",
    name: name as readonly string[],
    global: how.scope === "global",
    orReplace: how.orReplace,
    schema,
    provider,
    options,
  };
}

/** WITH SCHEMA BINDING | COMPENSATION | TYPE EVOLUTION | EVOLUTION */
export function schemaBinding(p: Cursor): SchemaBinding {
  p.expect("WITH", "SCHEMA");
  if (p.accept("TYPE", "EVOLUTION")) return "type evolution";
  if (p.accept("BINDING")) return "binding";
  if (p.accept("COMPENSATION")) return "compensation";
  p.expect("EVOLUTION");
  return "evolution";
}
