/** CACHE, UNCACHE, REFRESH, ADD and LIST of resources. */
import { qualifyPath } from "../../../filesystem/path";
import { StorageLevel } from "../../../storage/storage-level";
import { AnalysisError } from "../../errors";
import type { Statement } from "../../syntax/command";
import type { UnresolvedPlan } from "../../syntax/plan";
import { NOTHING, table } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { nameParts, requireRelation } from "./names";
import { createView } from "./views";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export async function cacheTable(command: Command<"cacheTable">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.table, session);
  const named = Object.entries(command.options).find(([key]) => key.toLowerCase() === "storagelevel")?.[1];
  const level = named === undefined ? command.level : storageLevelNamed(named);
  if (command.query !== null) {
    await createView(
      {
        kind: "createView",
        name: parts,
        scope: "local",
        ifNotExists: false,
        orReplace: false,
        columns: null,
        properties: {},
        query: command.query,
        ...(command.at && { at: command.at }),
      },
      session,
    );
  }
  await requireRelation(parts, session, command.at);
  const plan: UnresolvedPlan = { kind: "table", name: parts };
  await session.data.cache(plan, parts.join("."), { lazy: command.lazy, ...(level !== undefined && { storageLevel: level }) });
  return NOTHING;
}

function storageLevelNamed(name: string): StorageLevel {
  // The levels are static members, by their names.
  const level = (StorageLevel as unknown as Record<string, unknown>)[name.toUpperCase()];
  if (!(level instanceof StorageLevel)) throw new AnalysisError("INVALID_STORAGE_LEVEL", { level: name });
  return level;
}

export async function uncacheTable(command: Command<"uncacheTable">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.table, session);
  if (session.catalog.find(parts) === null) {
    if (command.ifExists) return NOTHING;
    throw session.catalog.notFound(parts, command.at, true);
  }
  await session.data.uncache({ kind: "table", name: parts });
  return NOTHING;
}

export async function refreshTable(command: Command<"refreshTable">, session: CommandSession): Promise<CommandResult> {
  const found = await requireRelation(command.table, session, command.at);
  session.data.refresh(found.kind === "table" ? found.table : null, null);
  return NOTHING;
}

export async function refreshFunction(command: Command<"refreshFunction">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.name, session);
  const name = parts.at(-1) as string;
  if (parts.length === 1 && session.functions.find(name.toLowerCase()) !== undefined)
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1256", { functionName: name }, command.at);
  if (session.catalog.findFunction(parts) !== null) return NOTHING;
  throw new AnalysisError("ROUTINE_NOT_FOUND", { routineName: parts.map((part) => `\`${part}\``).join(".") }, command.at);
}

export async function listResources(command: Command<"listResources">, session: CommandSession): Promise<CommandResult> {
  const wanted = new Set(command.paths.map(qualifyPath));
  const all = session.data.listResources(command.resource);
  const shown = wanted.size === 0 ? all : all.filter((path) => wanted.has(path));
  return table(
    ["Results"],
    shown.map((path) => [path]),
  );
}
