/** JSON paths as get_json_object knows them: $.a.b[0]['c'][*].*; and what they find. */
import { JsonFault, JsonReader, LENIENT } from "./reader";
import type { Token } from "./reader";
import { copiedValue } from "./text";

export type PathStep =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "item"; readonly index: number }
  | { readonly kind: "anyField" }
  | { readonly kind: "anyItem" };

/** null where the text is no path. */
export function parsePath(text: string): readonly PathStep[] | null {
  if (!text.startsWith("$")) return null;
  const steps: PathStep[] = [];
  const form = /\.\*|\.([^.[]+)|\['(\*|[^']*)'\]|\[\s*(\*|\d+)\s*\]/y;
  let at = 1;
  while (at < text.length) {
    form.lastIndex = at;
    const found = form.exec(text);
    if (found === null) return null;
    const [whole, dotted, quoted, index] = found;
    if (whole === ".*" || quoted === "*") steps.push({ kind: "anyField" });
    else if (index === "*") steps.push({ kind: "anyItem" });
    else if (index !== undefined) steps.push({ kind: "item", index: Number(index) });
    else steps.push({ kind: "field", name: (dotted ?? quoted) as string });
    at = form.lastIndex;
  }
  return steps;
}

/** How pieces are written: raw strings outside of arrays, quoted within; matches of several [*] in one list. */
type Style = "raw" | "quoted" | "flatten";

/** The text of what the path finds; null where it finds nothing, or null. */
export function jsonAtPath(text: string, path: readonly PathStep[]): string | null {
  const reader = new JsonReader(text, LENIENT);
  try {
    reader.next();
    const out: string[] = [];
    if (!evaluate(reader, path, 0, "raw", out)) return null;
    return out.join("");
  } catch (error) {
    if (error instanceof JsonFault) return null;
    throw error;
  }
}

/** Writes what is found under the reader's token and leaves the reader on the token's last. Whether something was found. */
function evaluate(reader: JsonReader, path: readonly PathStep[], at: number, style: Style, out: string[]): boolean {
  const step = path[at];
  const { token } = reader;
  if (step === undefined) return leaf(reader, token, style, out);
  if (token === "{") return inObject(reader, path, at, step, style, out);
  if (token === "[") return inArray(reader, path, at, step, style, out);
  return false;
}

function leaf(reader: JsonReader, token: Token, style: Style, out: string[]): boolean {
  if (token === "end") return false;
  if (token === "string" && style === "raw") {
    out.push(reader.text);
    return true;
  }
  if (token === "[" && style === "flatten") {
    let found = false;
    while (reader.next() !== "]") found = evaluate(reader, [], 0, style, out) || found;
    return found;
  }
  if (token === "null" && style === "raw") return false;
  out.push(copiedValue(reader));
  return true;
}

function inObject(
  reader: JsonReader,
  path: readonly PathStep[],
  at: number,
  step: PathStep,
  style: Style,
  out: string[],
): boolean {
  let found = false;
  while (reader.next() !== "}") {
    const name = reader.text;
    // `.*` is a step that Spark parses and finds nothing by.
    const wanted = step.kind === "field" && step.name === name;
    if (found || !wanted) {
      reader.skipChildren();
      continue;
    }
    const token = reader.next();
    if (token === "null") continue;
    found = evaluateWhole(reader, path, at + 1, style, out);
  }
  return found;
}

/** As evaluate, but always ends on the token's last. */
function evaluateWhole(reader: JsonReader, path: readonly PathStep[], at: number, style: Style, out: string[]): boolean {
  const { depth } = reader;
  const opened = reader.token === "{" || reader.token === "[";
  const found = evaluate(reader, path, at, style, out);
  if (opened) while (reader.depth >= depth) reader.next();
  return found;
}

function inArray(
  reader: JsonReader,
  path: readonly PathStep[],
  at: number,
  step: PathStep,
  style: Style,
  out: string[],
): boolean {
  if (step.kind === "anyItem") return anyItem(reader, path, at, style, out);
  if (step.kind !== "item") {
    reader.skipChildren();
    return false;
  }
  const next = path[at + 1];
  let index = 0;
  let found = false;
  while (reader.next() !== "]") {
    if (index++ === step.index) found = evaluateWhole(reader, path, at + 1, next?.kind === "anyItem" ? "quoted" : style, out);
    else reader.skipChildren();
  }
  return found;
}

/** [*]: one match stands for itself, several become a list. [*][*] gives one flat list. */
function anyItem(reader: JsonReader, path: readonly PathStep[], at: number, style: Style, out: string[]): boolean {
  const doubled = path[at + 1]?.kind === "anyItem";
  const pieces: string[] = [];
  const inner: Style = style === "raw" ? (doubled ? "flatten" : "quoted") : style === "flatten" ? "flatten" : "quoted";
  while (reader.next() !== "]") evaluateWhole(reader, path, doubled ? at + 2 : at + 1, inner, pieces);
  if (style === "flatten") {
    out.push(...pieces);
    return pieces.length > 0;
  }
  if (doubled || style === "quoted") {
    out.push(`[${pieces.join(",")}]`);
    return true;
  }
  if (pieces.length === 0) return false;
  out.push(pieces.length === 1 ? (pieces[0] as string) : `[${pieces.join(",")}]`);
  return true;
}
