/** Where in the user's code firesteel was called: the first frame that is not firesteel's own or Node's. */
import { mapStack } from "../closure/source-maps";

/** Directories whose frames are not the user's: this bundle's; from source, the source tree. */
const own = __dirname.endsWith("dist") ? __dirname : __dirname.replace(/(src)[\\/].*$/, "$1");

/** "app.ts:12:7"; "unknown" where there is no such frame (a call from native code). */
export function userCallSite(): string {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 25;
  Error.captureStackTrace(holder, userCallSite);
  Error.stackTraceLimit = limit;
  for (const line of (holder.stack ?? "").split("\n").slice(1)) {
    if (line.includes(own) || line.includes("node:") || !/:\d+:\d+\)?$/.test(line)) continue;
    const match = /([^\s(/\\]+:\d+:\d+)\)?$/.exec(mapStack(line));
    if (match !== null) return match[1]!;
  }
  return "unknown";
}
