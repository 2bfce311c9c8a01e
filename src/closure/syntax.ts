/**
 * Parses the source text of one function, as `Function.prototype.toString` gives it, in whatever form it was written
 * (arrow, function, class, method, accessor). Knows nothing about variables; see free-variables.ts.
 */
import type * as Acorn from "acorn";
import { TaskError } from "../common/errors";

/** An ESTree node, as generic as a walker needs it. Offsets are UTF-16 units. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** How the text stands by itself: an expression, or a member of an object literal (methods and accessors). */
export type FunctionForm = "expression" | "member";

export interface ParsedFunction {
  readonly form: FunctionForm;
  /** The function or class node; offsets are shifted by `shift` against the source text. */
  readonly node: SyntaxNode;
  /** For members: the property node, which has the key. */
  readonly member: SyntaxNode | undefined;
  readonly shift: number;
}

/** Loaded with the first text to parse: its tables take 5 ms, and most processes parse nothing. */
const acorn = (): typeof Acorn => require("acorn") as typeof Acorn;

const OPTIONS: Acorn.Options = {
  ecmaVersion: "latest",
  sourceType: "module",
  allowAwaitOutsideFunction: true,
  allowSuperOutsideMethod: true,
  allowReturnOutsideFunction: true,
  checkPrivateFields: false,
};

const WRAPPERS: readonly { readonly form: FunctionForm; readonly open: string; readonly close: string }[] = [
  { form: "expression", open: "(", close: "\n)" },
  { form: "member", open: "({", close: "\n})" },
];

/** Throws a TaskError when the text is no function that acorn can read. */
export function parseFunction(source: string): ParsedFunction {
  let firstError: unknown;
  for (const sourceType of ["module", "script"] as const) {
    for (const { form, open, close } of WRAPPERS) {
      try {
        const text = open + source + close;
        const expression = acorn().parseExpressionAt(text, 0, { ...OPTIONS, sourceType }) as unknown as SyntaxNode;
        if (form === "expression") {
          if (!isFunctionLike(expression)) continue;
          return { form, node: expression, member: undefined, shift: open.length };
        }
        const members = expression["properties"] as SyntaxNode[];
        const member = members[0];
        if (members.length !== 1 || !member) continue;
        const value = member["value"] as SyntaxNode;
        if (!isFunctionLike(value)) continue;
        return { form, node: value, member, shift: open.length };
      } catch (error) {
        firstError ??= error;
      }
    }
  }
  throw new TaskError("TASK_NOT_SERIALIZABLE", `The source of a function cannot be read: ${source.slice(0, 80)}`, {
    cause: firstError,
  });
}

/** Parses a whole script; undefined when acorn cannot (the caller then treats its functions by value only). */
export function parseScript(source: string, sourceType: "module" | "script"): SyntaxNode | undefined {
  try {
    return acorn().parse(source, {
      ...OPTIONS,
      sourceType,
      allowHashBang: true,
      allowImportExportEverywhere: sourceType === "module",
    }) as unknown as SyntaxNode;
  } catch {
    return undefined;
  }
}

function isFunctionLike(node: SyntaxNode): boolean {
  return /^(?:ArrowFunctionExpression|FunctionExpression|ClassExpression)$/.test(node.type);
}

/** The nodes directly below a node, in source order. */
export function* childNodes(node: SyntaxNode): Generator<SyntaxNode> {
  for (const field in node) {
    const value = node[field];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) yield item;
    } else if (isNode(value)) {
      yield value;
    }
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** The names that a pattern (parameter, declarator, catch binding) declares. */
export function* patternNames(pattern: SyntaxNode | null | undefined): Generator<string> {
  if (!pattern) return;
  switch (pattern.type) {
    case "Identifier":
      yield pattern["name"] as string;
      return;
    case "ObjectPattern":
      for (const property of pattern["properties"] as SyntaxNode[]) {
        yield* patternNames((property["value"] ?? property["argument"]) as SyntaxNode);
      }
      return;
    case "ArrayPattern":
      for (const element of pattern["elements"] as (SyntaxNode | null)[]) yield* patternNames(element);
      return;
    case "AssignmentPattern":
      yield* patternNames(pattern["left"] as SyntaxNode);
      return;
    case "RestElement":
      yield* patternNames(pattern["argument"] as SyntaxNode);
      return;
    default:
      return;
  }
}

/** A text with some ranges replaced. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function applyEdits(source: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return source;
  let out = "";
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    out += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + source.slice(at);
}

/** Blanks that keep every later line and column where it was. */
export function blanked(text: string): string {
  return text.replace(/[^\n\r\u2028\u2029]/g, " ");
}
