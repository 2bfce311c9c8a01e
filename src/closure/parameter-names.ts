/** How a function's author called its parameters. */
import { parseFunction, type SyntaxNode } from "./syntax";

/**
 * By place; those that a rest parameter takes are not among them. Null where a parameter has no one name (it is taken apart), or there is
 * no source: functions of the language.
 */
export function parameterNames(f: (...args: never[]) => unknown): readonly string[] | null {
  const source = Function.prototype.toString.call(f);
  if (/\{\s*\[native code\]\s*\}$/.test(source)) return null;
  const names: string[] = [];
  for (const parameter of parseFunction(source).node["params"] as SyntaxNode[]) {
    if (parameter.type === "RestElement") break;
    const target = parameter.type === "AssignmentPattern" ? (parameter["left"] as SyntaxNode) : parameter;
    if (target.type !== "Identifier") return null;
    names.push(target["name"] as string);
  }
  return names;
}
