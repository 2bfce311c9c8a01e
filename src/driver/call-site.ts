/** Where in the user's code firesteel was called: the first frame that is not firesteel's own or Node's. */
import { findSourceMap } from "node:module";
import { fileOfUrl, mapStack } from "../closure/source-maps";
import { engineFolder } from "../common/engine-folder";

const DEPTH = 25;

/** "app.ts:12:7"; "unknown" where there is no such frame (a call from native code). */
export function userCallSite(): string {
  for (const frame of callers()) {
    const file = fileOfUrl(frame.getFileName() ?? "");
    const line = frame.getLineNumber();
    const column = frame.getColumnNumber();
    if (file === undefined || line === null || column === null || file.startsWith(engineFolder)) continue;
    const found = place(frame.getFileName()!, line, column);
    return (found.startsWith("file:") ? decodeURI(found) : found).replace(/^.*[/\\]/, "");
  }
  return "unknown";
}

/** Positions in the code that runs: a stack in text may have been translated already, and would be translated twice. */
function callers(): readonly NodeJS.CallSite[] {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back as it was
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = DEPTH;
    Error.prepareStackTrace = (_, frames) => frames;
    Error.captureStackTrace(holder, userCallSite);
    return holder.stack as readonly NodeJS.CallSite[];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}

/** By the maps of scripts that closures came from, else by Node's own where it keeps them. */
function place(url: string, line: number, column: number): string {
  const ran = `${url}:${line}:${column}`;
  const mapped = mapStack(ran);
  if (mapped !== ran) return mapped;
  const entry = findSourceMap(url)?.findEntry(line - 1, column - 1);
  if (entry === undefined || !("originalSource" in entry)) return ran;
  return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}
