/** LIKE: % any number of characters, _ one. */
import { QueryError } from "../../errors";

/** Throws INVALID_FORMAT.ESC_IN_THE_MIDDLE and ESC_AT_THE_END. */
export function likePattern(pattern: string, escape: string, caseInsensitive = false): RegExp {
  let source = "";
  const characters = Array.from(pattern);
  for (let i = 0; i < characters.length; i++) {
    const c = characters[i] as string;
    if (c === escape) {
      const next = characters[++i];
      if (next === undefined) throw new QueryError("INVALID_FORMAT.ESC_AT_THE_END", { format: quoted(pattern) });
      if (next !== "_" && next !== "%" && next !== escape) {
        throw new QueryError("INVALID_FORMAT.ESC_IN_THE_MIDDLE", { format: quoted(pattern), char: `'${next}'` });
      }
      source += quote(next);
    } else if (c === "_") {
      source += "[^]";
    } else if (c === "%") {
      if (!source.endsWith("[^]*")) source += "[^]*";
    } else {
      source += quote(c);
    }
  }
  return new RegExp(`^${source}$`, caseInsensitive ? "iu" : "u");
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\")}'`;
}

function quote(c: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c;
}
