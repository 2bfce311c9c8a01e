/** Names in commands: as written, or IDENTIFIER(…); and the objects that they must mean. */
import { AnalysisError } from "../../errors";
import type { QueryContext } from "../../errors";
import { QueryBinder } from "../../analysis/analyze";
import { EMPTY_ENV } from "../../analysis/binder";
import { idText } from "../../analysis/messages";
import { tableName } from "../../analysis/relations";
import type { ObjectName } from "../../syntax/command";
import { contextFor } from "../analysis-context";
import type { CommandSession } from "../ports";
import type { FoundName, TempView } from "../session-catalog";
import type { TableMetadata } from "../table";
import { GLOBAL_TEMP } from "../table";

export async function nameParts(name: ObjectName, session: CommandSession): Promise<readonly string[]> {
  if (!("kind" in name)) return name;
  return tableName(new QueryBinder(await contextFor(name, session)), name, EMPTY_ENV);
}

/** A temporary view, table or view; throws where there is none. */
export async function requireRelation(name: ObjectName, session: CommandSession, at?: QueryContext): Promise<FoundName> {
  const parts = await nameParts(name, session);
  const found = session.catalog.find(parts);
  if (found === null) throw session.catalog.notFound(parts, at);
  return found;
}

/** A table that is no view. `operation` as in the error. */
export async function requireTable(
  name: ObjectName,
  session: CommandSession,
  operation: string,
  at?: QueryContext,
  alternative: "NO_ALTERNATIVE" | "USE_ALTER_VIEW" = "NO_ALTERNATIVE",
): Promise<TableMetadata> {
  const found = await requireRelation(name, session, at);
  if (found.kind === "table" && found.table.kind !== "view") return found.table;
  throw new AnalysisError(`EXPECT_TABLE_NOT_VIEW.${alternative}`, { viewName: idText(fullName(found)), operation }, at);
}

/** A view, persistent or temporary. */
export async function requireView(
  name: ObjectName,
  session: CommandSession,
  operation: string,
  at?: QueryContext,
): Promise<FoundName> {
  const found = await requireRelation(name, session, at);
  if (found.kind === "tempView" || found.table.kind === "view") return found;
  const alternative = operation.startsWith("ALTER VIEW ...") ? "USE_ALTER_TABLE" : "NO_ALTERNATIVE";
  throw new AnalysisError(`EXPECT_VIEW_NOT_TABLE.${alternative}`, { tableName: idText(fullName(found)), operation }, at);
}

export function fullName(found: FoundName): readonly string[] {
  return found.kind === "tempView" ? tempName(found.view) : ["spark_catalog", found.table.database, found.table.name];
}

export function tempName(view: TempView): readonly string[] {
  return view.global ? [GLOBAL_TEMP, view.name] : [view.name];
}

/** Spark's patterns of SHOW: `*` for anything, `|` between alternatives, without case. */
export function matcher(pattern: string | null): (name: string) => boolean {
  if (pattern === null) return () => true;
  const alternatives = pattern
    .trim()
    .split("|")
    .map((one) => {
      try {
        return new RegExp(`^(?:${one.trim().replaceAll("*", ".*")})$`, "i");
      } catch {
        return null;
      }
    });
  return (name) => alternatives.some((one) => one?.test(name) === true);
}
