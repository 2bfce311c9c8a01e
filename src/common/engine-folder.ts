/** Where this installation of the engine lies, and how stack traces and profiles name its files to processes that have it elsewhere. */
import { sep } from "node:path";

/** The directory of this bundle; from source, the source tree. It ends with a separator. */
export const engineFolder: string = (__dirname.endsWith("dist") ? __dirname : __dirname.replace(/(src)[\\/].*$/, "$1")) + sep;

/** A frame of a stack trace that lies in the engine, as this process or another one names it, or in the loops that it generates. */
export function isEngineFrame(frame: string): boolean {
  return frame.includes(engineFolder) || /[( ]firesteel(?:\/[\w/.-]+|-[\w-]+)\.[jt]s:\d+/.test(frame);
}

/** A stack trace or location in which the engine's files are "firesteel/engine.js:12:3". */
export function withEngineNamed(text: string): string {
  return text.replaceAll(`file://${engineFolder}`, "firesteel/").replaceAll(engineFolder, "firesteel/");
}
