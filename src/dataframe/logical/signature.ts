/** A text that is the same for operators that do the same: ids of columns and nodes are replaced by the order they appear in. */
import { exactJson } from "../../common/exact-json";
import type { Attribute } from "../expressions/expression";
import type { LogicalPlan } from "./plan";

/** Keys that say how a thing is called or where it was written, not what it is. */
const LEFT_OUT = new Set(["at", "printed", "qualifier", "alias", "name", "metadata", "implicit"]);

/** Of a physical plan. Exchanges inside it count as the same where they have the same id, or one is a read of the other. */
export function planSignature(plan: object): string {
  return signature(plan);
}

/** Columns at the same place of the outputs of plans with equal signatures hold the same. */
export function logicalSignature(plan: LogicalPlan): string {
  return signature(plan);
}

const FEW_ROWS = 64;

/** Plans are never changed, and rules and the planner ask for the same one several times. */
const known = new WeakMap<object, string>();

function signature(plan: object): string {
  let text = known.get(plan);
  if (text === undefined) known.set(plan, (text = signatureText(plan)));
  return text;
}

function signatureText(plan: object): string {
  const columns = new Map<number, number>();
  const parts: string[] = [];
  const number = (id: number): number => {
    let place = columns.get(id);
    if (place === undefined) columns.set(id, (place = columns.size));
    return place;
  };
  const visit = (value: unknown, key: string): void => {
    if (typeof value !== "object" || value === null) {
      parts.push(`${exactJson(value)},`);
      return;
    }
    // Data are compared by where they are, not value by value; a few rows, as VALUES has them, by value.
    if (
      (key === "rows" && (value as readonly unknown[]).length > FEW_ROWS) ||
      (value instanceof Uint8Array && value.length > LONG_BYTES)
    ) {
      parts.push(`data:${identityNumber(value)},`);
      return;
    }
    if (value instanceof Uint8Array) {
      parts.push(`bytes:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")},`);
      return;
    }
    if (Array.isArray(value)) {
      parts.push("[");
      for (const item of value as unknown[]) visit(item, key);
      parts.push("]");
      return;
    }
    const node = value as Readonly<Record<string, unknown>>;
    if (key === "relation") {
      parts.push(`relation:${identityOf(node)},`);
      return;
    }
    const kind = node["kind"];
    const isColumn = kind === "attribute" || kind === "lambdaVariable" || kind === "alias";
    const isOperator = "output" in node && "id" in node && kind !== "cteReference" && kind !== "recursiveCte";
    if (value !== plan && (kind === "exchange" || kind === "reusedExchange")) {
      parts.push(`@${String(kind === "exchange" ? node["id"] : node["exchange"])}`);
      for (const column of node["output"] as readonly Attribute[]) number(column.id);
      return;
    }
    parts.push("{");
    // Children first: a column gets its number where it is made.
    for (const name of Object.keys(node).sort(childrenFirst)) {
      if (LEFT_OUT.has(name) && (name !== "name" || isColumn || isOperator)) continue;
      if (name === "id") {
        if (isColumn) parts.push(`#${number(node[name] as number)},`);
        else if (!isOperator) visit(node[name], name);
        continue;
      }
      if (node[name] === undefined) continue;
      parts.push(`${name}:`);
      visit(node[name], name);
    }
    parts.push("}");
  };
  visit(plan, "");
  return parts.join("");
}

const FIRST = new Map([
  ["kind", 0],
  ["child", 1],
  ["left", 1],
  ["right", 2],
  ["children", 1],
]);

function childrenFirst(a: string, b: string): number {
  const order = (FIRST.get(a) ?? 9) - (FIRST.get(b) ?? 9);
  return order !== 0 ? order : a < b ? -1 : 1;
}

const LONG_BYTES = 256;

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** Relations are compared by what they are of: two loads of one table that see the same files are one. */
function identityOf(relation: Readonly<Record<string, unknown>>): string {
  const files = relation["files"];
  if (typeof files === "object" && files !== null) {
    const { roots } = files as { readonly roots: readonly string[] };
    return JSON.stringify([relation["format"], relation["name"], roots, relation["options"]]);
  }
  return String(identityNumber(relation));
}

function identityNumber(value: object): number {
  let identity = identities.get(value);
  if (identity === undefined) identities.set(value, (identity = ++lastIdentity));
  return identity;
}
