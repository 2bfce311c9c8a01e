/**
 * Hadoop's glob patterns: `*`, `?`, `[a-c]`, `[^a]`, `{a,b{c,d}}` and `\` before a character that is to stand for
 * itself. A pattern matches component by component: `*` never matches a slash, and it does match a leading dot.
 */
import { UsageError } from "../common/errors";
import { mapConcurrently } from "./concurrently";
import { byPath } from "./file-system";
import type { FileStatus, FileSystem } from "./file-system";
import { baseName, joinPath, splitComponents } from "./path";

const CONCURRENT_CALLS = 16;

export function hasGlob(text: string): boolean {
  return /(?<!\\)(?:\\\\)*[*?[{]/.test(text);
}

/** Splits at commas that are in no braces, as Hadoop does with a list of paths. */
export function splitPathList(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < list.length; i++) {
    const c = list[i];
    if (c === "{") depth++;
    else if (c === "}" && depth > 0) depth--;
    else if (c === "," && depth === 0) {
      parts.push(list.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(list.slice(start));
  return parts;
}

/** `a{b,c{d,e}}` ⇒ `ab`, `acd`, `ace`. Alternatives may contain slashes. */
export function expandBraces(pattern: string): string[] {
  const open = findUnescaped(pattern, 0, "{");
  if (open < 0) return [pattern];
  let depth = 0;
  let start = open + 1;
  const alternatives: string[] = [];
  for (let i = open; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === "\\") i++;
    else if (c === "{") depth++;
    else if ((c === "," && depth === 1) || (c === "}" && --depth === 0)) {
      alternatives.push(pattern.slice(start, i));
      start = i + 1;
      if (c === "}") {
        const rest = pattern.slice(i + 1);
        return alternatives.flatMap((alternative) => expandBraces(pattern.slice(0, open) + alternative + rest));
      }
    }
  }
  throw new UsageError("INVALID_PATH", `The pattern "${pattern}" has a "{" without its "}". Write \\{ for the character itself.`);
}

function findUnescaped(text: string, from: number, character: string): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === character) return i;
  }
  return -1;
}

/** The regular expression of one component of a pattern without braces. */
export function componentPattern(component: string): RegExp {
  let source = "";
  for (let i = 0; i < component.length; i++) {
    const c = component[i]!;
    if (c === "\\" && i + 1 < component.length) source += literal(component[++i]!);
    else if (c === "*") source += ".*";
    else if (c === "?") source += ".";
    else if (c === "[") {
      const end = findUnescaped(component, i + 2, "]");
      if (end < 0) {
        throw new UsageError(
          "INVALID_PATH",
          `The pattern "${component}" has a "[" without its "]". Write \\[ for the character itself.`,
        );
      }
      const body = component.slice(i + 1, end);
      const negated = body.startsWith("^") || body.startsWith("!");
      source += `[${negated ? "^" : ""}${characterSet(negated ? body.slice(1) : body)}]`;
      i = end;
    } else source += literal(c);
  }
  return new RegExp(`^${source}$`, "su");
}

/** What is within the brackets: `-` keeps its meaning, everything else is a character. */
function characterSet(body: string): string {
  let set = "";
  for (let i = 0; i < body.length; i++) {
    const escaped = body[i] === "\\" && i + 1 < body.length;
    const c = escaped ? body[++i]! : body[i]!;
    if (c !== "-") set += literal(c);
    else set += !escaped && i > 0 && i + 1 < body.length ? "-" : "\\-";
  }
  return set;
}

/** Escaped for a regular expression with the u flag, within brackets or not; a hyphen is left to the caller. */
function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function unescape(component: string): string {
  return component.replace(/\\(.)/gs, "$1");
}

/** Files and directories that match a qualified pattern, hidden ones too, by path. Without wildcards: what is at the path. */
export async function glob(fs: FileSystem, pattern: string): Promise<FileStatus[]> {
  const found = new Map<string, FileStatus>();
  for (const expanded of expandBraces(pattern)) {
    for (const status of await globWithoutBraces(fs, expanded)) found.set(status.path, status);
  }
  return [...found.values()].sort(byPath);
}

async function globWithoutBraces(fs: FileSystem, pattern: string): Promise<FileStatus[]> {
  const { root, components } = splitComponents(pattern);
  // Paths that match so far; whether something is there is known only after a wildcard.
  let paths = [root];
  let statuses: FileStatus[] | null = null;
  for (const [i, component] of components.entries()) {
    if (!hasGlob(component)) {
      paths = paths.map((path) => joinPath(path, unescape(component)));
      statuses = null;
      continue;
    }
    const matcher = componentPattern(component);
    const last = i === components.length - 1;
    const listings = await mapConcurrently(paths, CONCURRENT_CALLS, async (path) => {
      const directory = await fs.status(path);
      return directory?.isDirectory === true ? fs.list(path) : [];
    });
    statuses = listings.flat().filter((status) => matcher.test(baseName(status.path)) && (last || status.isDirectory));
    paths = statuses.map((status) => status.path);
  }
  return (
    statuses ?? (await mapConcurrently(paths, CONCURRENT_CALLS, (path) => fs.status(path))).filter((status) => status !== null)
  );
}
