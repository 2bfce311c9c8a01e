/**
 * From the positions of the code that ran to the lines the user wrote. Tasks run functions under the positions they had
 * in the driver's scripts; the driver, which has the source maps, translates the stacks that come back.
 */
import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";

interface Mapped {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

interface KnownScript {
  readonly file: string | undefined;
  readonly sourceMapUrl: string;
  map: SourceMap | null | undefined;
}

/** By file path and by URL, as stack frames show them. */
const known = new Map<string, KnownScript>();

/** The file of a script URL, without the query that loaders add. */
export function fileOfUrl(url: string): string | undefined {
  if (url.startsWith("file:")) {
    try {
      return fileURLToPath(url.replace(/[?#].*$/, ""));
    } catch {
      return undefined;
    }
  }
  return url.startsWith("/") || /^[A-Za-z]:[\\/]/.test(url) ? url : undefined;
}

/** Makes the frames of a script translatable. */
export function noteSourceMap(url: string, sourceMapUrl: string): void {
  if (sourceMapUrl === "" || known.has(url)) return;
  const script: KnownScript = { file: fileOfUrl(url), sourceMapUrl, map: undefined };
  known.set(url, script);
  if (script.file !== undefined) known.set(script.file, script);
}

/**
 * A task's stack with the user's files, lines and columns. Call once, on the driver: a stack that is translated already
 * would be translated again.
 */
export function mapStack(stack: string): string {
  return stack.replace(
    /((?:file:\/\/)?(?:\/|[A-Za-z]:\\)[^\s():]*):(\d+):(\d+)/g,
    (whole, file: string, line: string, column: string) => {
      const mapped = mapPosition(file, Number(line), Number(column));
      return mapped ? `${mapped.file}:${mapped.line}:${mapped.column}` : whole;
    },
  );
}

/** `app.ts:12:7` of a place in a script (0-based), in the user's source where a map leads there; undefined for no script. */
export function mappedPosition(
  script: { readonly url: string; readonly file: string | undefined } | undefined,
  place: { readonly line: number; readonly column: number },
): string | undefined {
  if (!script) return undefined;
  const mapped = mapPosition(script.url, place.line + 1, place.column + 1);
  const file = mapped?.file ?? script.file ?? script.url;
  return `${file.slice(file.lastIndexOf("/") + 1)}:${mapped?.line ?? place.line + 1}:${mapped?.column ?? place.column + 1}`;
}

function mapPosition(file: string, line: number, column: number): Mapped | undefined {
  const script = known.get(file);
  if (!script) return undefined;
  script.map ??= loadMap(script);
  const entry = script.map?.findEntry(line - 1, column - 1);
  if (!entry || !("originalSource" in entry)) return undefined;
  const source = entry.originalSource;
  return { file: sourcePath(source, script.file), line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

function sourcePath(source: string, scriptFile: string | undefined): string {
  if (source.startsWith("file:")) return fileURLToPath(source);
  return isAbsolute(source) || scriptFile === undefined ? source : resolve(dirname(scriptFile), source);
}

function loadMap({ file, sourceMapUrl }: KnownScript): SourceMap | null {
  try {
    const inline = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(sourceMapUrl);
    const text = inline
      ? inline[1] === undefined
        ? decodeURIComponent(inline[2] as string)
        : Buffer.from(inline[2] as string, "base64").toString("utf8")
      : readFileSync(resolve(dirname(file ?? ""), sourceMapUrl), "utf8");
    return new SourceMap(JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0]);
  } catch {
    // A map that is not there costs precision, not the message.
    return null;
  }
}
