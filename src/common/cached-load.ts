/**
 * Loads a CommonJS bundle with the code that V8 compiled for it the last time: a bundle of 1.2 MB takes 14 instead of 36 to
 * 80 ms (Node's own compile cache exists from Node 22 on only). The compiled code lies in a directory that only the user
 * can write; V8 refuses it when its version or flags differ, and the bundle is then compiled as usual.
 */
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

interface RawModule {
  exports: unknown;
  filename: string;
  paths: string[];
  loaded: boolean;
}

/** Compiled code is stored so long after the load, with the functions that were used meanwhile, or when the process ends. */
const STORE_DELAY = 1500;
const WRAPPER = ["(function (exports, require, module, __filename, __dirname) { ", "\n})"] as const;

/**
 * What `require(file)` gives, and from then on the same module for `require`. `file` is an absolute path of a bundle in
 * UTF-8 in which `import()` is not called: the option that allows it prints a warning on Node 20. `FIRESTEEL_CODE_CACHE=off`
 * compiles anew.
 */
export function requireCached(file: string): unknown {
  const load = createRequire(file);
  const known = load.cache[file];
  if (known !== undefined) return known.exports;
  const source = readFileSync(file);
  const place = process.env["FIRESTEEL_CODE_CACHE"] === "off" ? null : placeOf(file, source.length);
  const cachedData = place === null ? undefined : read(place);
  const script = new Script(WRAPPER[0] + source.toString("utf8") + WRAPPER[1], {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const made = new Module(file) as unknown as RawModule;
  made.filename = file;
  made.paths = [...(load.resolve.paths("x") ?? [])];
  load.cache[file] = made as unknown as NodeJS.Module;
  try {
    const body = script.runInThisContext() as (...args: unknown[]) => void;
    body.call(made.exports, made.exports, load, made, file, dirname(file));
  } catch (error) {
    delete load.cache[file];
    throw error;
  }
  made.loaded = true;
  if (place !== null && (cachedData === undefined || script.cachedDataRejected === true)) storeLater(script, place);
  return made.exports;
}

/** One place for each combination of file, V8 and its flags. Null where there is no private directory. */
function placeOf(file: string, length: number): string | null {
  try {
    const directory = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "firesteel");
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const state = lstatSync(directory);
    if (!state.isDirectory() || (process.getuid !== undefined && state.uid !== process.getuid())) return null;
    if (state.mode & 0o077) chmodSync(directory, 0o700);
    const key = [
      file,
      statSync(file).mtimeMs,
      length,
      process.version,
      process.arch,
      process.execArgv,
      process.env["NODE_OPTIONS"] ?? "",
    ];
    return join(directory, `${createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 24)}.code`);
  } catch {
    return null;
  }
}

function read(place: string): Buffer | undefined {
  try {
    return readFileSync(place);
  } catch {
    return undefined;
  }
}

function storeLater(script: Script, place: string): void {
  let stored = false;
  const store = (): void => {
    if (stored) return;
    stored = true;
    try {
      const temporary = `${place}.${process.pid}`;
      writeFileSync(temporary, script.createCachedData(), { mode: 0o600 });
      renameSync(temporary, place);
    } catch {
      // No room or no permission: the next start compiles again.
    }
  };
  setTimeout(store, STORE_DELAY).unref();
  process.once("exit", store);
}
