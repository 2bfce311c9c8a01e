/** Regular expressions that stand for one text. */

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
