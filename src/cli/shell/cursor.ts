/** Where the cursor stands in a text that is still being written: in a string, behind a dot, after which call. */

export interface CursorPlace {
  /** The text of the string that the cursor stands in, from its quote on; undefined outside of strings. */
  readonly string: string | undefined;
  /** What the cursor's innermost calls are made of, innermost first: `df.select` for `df.select("a", "`. */
  readonly calls: readonly string[];
  /** Text up to the cursor, without the string it stands in. */
  readonly before: string;
}

const CLOSING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

export function placeOf(text: string): CursorPlace {
  const open: { readonly bracket: string; readonly at: number }[] = [];
  let quote = "";
  let quoteAt = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote !== "") {
      if (c === "\\") i++;
      else if (c === quote) quote = "";
      else if (quote === "`" && c === "$" && text[i + 1] === "{") {
        open.push({ bracket: "`", at: i++ });
        quote = "";
      } else if (c === "\n" && quote !== "`") quote = "";
    } else if (c === '"' || c === "'" || c === "`") {
      quote = c;
      quoteAt = i;
    } else if (c === "/" && (text[i + 1] === "/" || text[i + 1] === "*")) {
      const end = text[i + 1] === "/" ? text.indexOf("\n", i) : text.indexOf("*/", i);
      if (end < 0) return { string: undefined, calls: [], before: "" };
      i = end;
    } else if (c === "(" || c === "[" || c === "{") {
      open.push({ bracket: c, at: i });
    } else if (c in CLOSING) {
      const last = open.pop();
      if (last?.bracket === "`" && c === "}") quote = "`";
    }
  }
  const calls = open
    .filter(({ bracket }) => bracket === "(")
    .map(({ at }) => expressionBefore(text, at))
    .reverse();
  return quote === ""
    ? { string: undefined, calls, before: text }
    : { string: text.slice(quoteAt + 1), calls, before: text.slice(0, quoteAt) };
}

/** The member expression that ends at an offset: `df.groupBy("a").agg` of `x = df.groupBy("a").agg`. */
export function expressionBefore(text: string, end: number): string {
  let at = end;
  for (;;) {
    const blanks = /\s*$/.exec(text.slice(0, at))![0].length;
    const c = text[at - blanks - 1];
    if (c === undefined) break;
    if (c === ")" || c === "]") {
      const open = matching(text, at - blanks - 1);
      if (open < 0) break;
      at = open;
      continue;
    }
    if (/[\w$]/.test(c)) {
      // Two words beside each other are not one expression.
      if (blanks > 0 && !/^\s*[.?[(]/.test(text.slice(at - blanks, end)) && at !== end) break;
      const word = /[\w$]+$/.exec(text.slice(0, at - blanks))![0];
      if (at !== end && blanks === 0 && /[\w$]/.test(text[at] ?? "")) break;
      at -= blanks + word.length;
      const rest = text.slice(0, at).trimEnd();
      if (!rest.endsWith(".")) break;
      at = rest.endsWith("?.") ? rest.length - 2 : rest.length - 1;
      continue;
    }
    break;
  }
  return text
    .slice(at, end)
    .trim()
    .replace(/^(?:await|return|new|typeof)\s+/, "");
}

/** The bracket that the one at `close` closes; -1 where there is none. Strings between them are skipped. */
function matching(text: string, close: number): number {
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    const c = text[i]!;
    if (c === '"' || c === "'" || c === "`") {
      i = text.lastIndexOf(c, i - 1);
      if (i < 0) return -1;
    } else if (c === ")" || c === "]" || c === "}") depth++;
    else if ((c === "(" || c === "[" || c === "{") && --depth === 0) return i;
  }
  return -1;
}
