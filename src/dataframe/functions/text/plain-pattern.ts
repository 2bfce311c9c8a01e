/** Regular expressions that stand for one text, or for one of some characters. */

const META = "\\^$.|?*+()[]{}";

/** The text, not empty, that a pattern of Java's matches alone: it has no signs of patterns, or each behind a backslash. */
export function plainPattern(pattern: string): string | null {
  let text = "";
  for (let i = 0; i < pattern.length; i++) {
    const unit = pattern[i]!;
    if (unit === "\\") {
      const next = pattern[++i];
      if (next === undefined || !META.includes(next)) return null;
      text += next;
    } else if (META.includes(unit)) return null;
    else text += unit;
  }
  return text === "" ? null : text;
}

export interface ByteClass {
  /** 1 for each byte that belongs to it. */
  readonly members: Uint8Array;
  /** One or more of them, as many as there are. */
  readonly repeated: boolean;
}

const SPACES = " \t\n\v\f\r";
/** Have a meaning between brackets. */
const CLASS_META = "\\^-&[]";

/**
 * What `\s`, `[,; ]` or one sign match, with `+` behind it or not; and `\W+`, of whose characters beyond ASCII all bytes are members. Null for all other
 * patterns.
 */
export function byteClass(pattern: string): ByteClass | null {
  const repeated = pattern.length > 1 && pattern.endsWith("+") && !pattern.endsWith("\\+");
  const one = repeated ? pattern.slice(0, -1) : pattern;
  if (one === "\\W")
    return repeated ? { members: Uint8Array.from({ length: 256 }, (_, byte) => (isWord(byte) ? 0 : 1)), repeated } : null;
  const characters = one === "\\s" ? SPACES : (bracketed(one) ?? plainPattern(one));
  if (characters === null || !/^[\0-\x7f]+$/.test(characters)) return null;
  if (one !== "\\s" && !one.startsWith("[") && characters.length !== 1) return null;
  const members = new Uint8Array(256);
  for (let i = 0; i < characters.length; i++) members[characters.charCodeAt(i)] = 1;
  return { members, repeated };
}

function isWord(byte: number): boolean {
  return byte < 128 && /\w/.test(String.fromCharCode(byte));
}

/** The characters that stand between brackets. */
function bracketed(pattern: string): string | null {
  if (!pattern.startsWith("[") || !pattern.endsWith("]")) return null;
  let characters = "";
  for (let i = 1; i < pattern.length - 1; i++) {
    const unit = pattern[i]!;
    if (unit === "\\" && pattern[i + 1] === "s") {
      characters += SPACES;
      i++;
    } else if (CLASS_META.includes(unit)) return null;
    else characters += unit;
  }
  return characters === "" ? null : characters;
}
