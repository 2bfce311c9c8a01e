/** `{name}` in the text of sql(): DataFrames, columns and values of the program. */
import { UsageError } from "../../common/errors";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { Column } from "./column";
import { DataFrame } from "./dataframe";
import { literalOf } from "./literal";

/** What `{name}` stands for in a text: a DataFrame as a table, a Column or a value as an expression. */
export type SqlReferences = Readonly<Record<string, unknown>>;

/**
 * The references of a text whose arguments are given in one object: all of them, where one is a DataFrame or a name in braces is among
 * them; else null.
 */
export function referencesIn(text: string, args: unknown): SqlReferences | null {
  if (typeof args !== "object" || args === null || Array.isArray(args)) return null;
  const mentioned = [...text.matchAll(BRACED)].some(([, name]) => Object.hasOwn(args, name as string));
  return mentioned || Object.values(args).some((value) => value instanceof DataFrame) ? (args as SqlReferences) : null;
}

export interface ReferredText {
  /** The text with a name of its own for each reference. */
  readonly text: string;
  /** A parsed part of the text with what its names stand for. */
  resolve<T>(part: T): T;
}

const PREFIX = "__firesteel_reference_";
const BRACED = /\{([A-Za-z_]\w*)(?:\.(\w+)|\[(\w+)\])?\}/g;

/** `{df.x}` and `{df[x]}` are columns of a DataFrame. Braces without a name, as in regular expressions, stay. */
export function referredText(text: string, references: SqlReferences): ReferredText {
  const columns = new Map<string, Column>();
  const names = text.replaceAll(BRACED, (_, name: string, attribute: string | undefined, item: string | undefined) => {
    if (!Object.hasOwn(references, name)) {
      const known = Object.keys(references).join(", ");
      throw new UsageError("INVALID_ARGUMENT", `sql: the text has {${name}}, which is not among what was given: ${known}.`);
    }
    const column = attribute ?? item;
    if (column === undefined) return PREFIX + name;
    const frame = references[name];
    if (!(frame instanceof DataFrame)) {
      throw new UsageError("INVALID_ARGUMENT", `sql: {${name}.${column}} names a column, but ${name} is no DataFrame.`);
    }
    const key = `${columns.size}.${column}`;
    columns.set(key, frame.col(column));
    return `\`${PREFIX}${key}\``;
  });
  const targetOf = (parts: unknown): unknown =>
    Array.isArray(parts) && parts.length === 1 && typeof parts[0] === "string" && parts[0].startsWith(PREFIX)
      ? (columns.get(parts[0].slice(PREFIX.length)) ?? references[parts[0].slice(PREFIX.length)])
      : undefined;
  const visit = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== "object" || part === null || Object.getPrototypeOf(part) !== Object.prototype) return part;
    const node = part as UnresolvedPlan | UnresolvedExpression;
    const target = node.kind === "table" ? targetOf(node.name) : node.kind === "name" ? targetOf(node.parts) : undefined;
    if (target !== undefined || (node.kind === "name" && isReference(node.parts))) return replacement(node, target);
    return Object.fromEntries(
      Object.entries(part).map(([key, item]) => [key, key === "at" || key === "type" ? item : visit(item)]),
    );
  };
  return { text: names, resolve: (part) => visit(part) as typeof part };
}

function isReference(parts: readonly string[]): boolean {
  return parts.length === 1 && parts[0]!.startsWith(PREFIX);
}

function replacement(node: UnresolvedPlan | UnresolvedExpression, target: unknown): UnresolvedPlan | UnresolvedExpression {
  if (node.kind === "table") {
    if (target instanceof DataFrame) return target.plan;
    throw new UsageError("INVALID_ARGUMENT", "sql: what stands where a table may stand must be a DataFrame.");
  }
  if (target instanceof DataFrame)
    throw new UsageError("INVALID_ARGUMENT", "sql: a DataFrame stands where only a value may stand.");
  return target instanceof Column ? target.expression : literalOf(target);
}
