/** DEFAULT as a value: of a column in INSERT, of a variable in SET. The parser gives it as a name. */
import type { UnresolvedExpression } from "../../syntax/expression";

export function isDefault(value: UnresolvedExpression): boolean {
  if (value.kind === "default") return true;
  return value.kind === "name" && value.parts.length === 1 && (value.parts[0] as string).toLowerCase() === "default";
}

/** Somewhere within an expression or a plan. */
export function mentionsDefault(node: unknown): boolean {
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return false;
  const { kind } = node as { readonly kind?: unknown };
  if ((kind === "name" || kind === "default") && isDefault(node as UnresolvedExpression)) return true;
  return Object.values(node).some(mentionsDefault);
}
