/** The same for what programs require: Node's CommonJS loader runs in the program's own thread and has no public hooks on Node 20. */
import { readFileSync } from "node:fs";
import * as module from "node:module";
import { dirname, join, resolve } from "node:path";
import { besideExtraPackages } from "../../common/extra-packages";
import { fileMeant, isPath } from "./resolution";
import { transformTypeScriptSync } from "./transform";
import { cacheEntry } from "./transform-cache";

interface CommonJsModule {
  readonly filename?: string | null;
  _compile(code: string, filename: string): unknown;
}

/** What packages like tsx and ts-node have relied on since Node 0.x. */
interface CommonJsLoader {
  _resolveFilename: (this: unknown, request: string, parent: CommonJsModule | undefined, ...rest: unknown[]) => string;
  _load(request: string, parent: null, isMain: boolean): unknown;
  readonly _extensions: Record<string, (module: CommonJsModule, filename: string) => void>;
}

const loader = module.Module as unknown as CommonJsLoader;

export function registerRequire(): void {
  const resolveFilename = loader._resolveFilename;
  loader._resolveFilename = function (request, parent, ...rest) {
    if (request === "firesteel") return join(__dirname, "index.js");
    if (request === "firesteel/mllib") return join(__dirname, "mllib.js");
    try {
      return resolveFilename.call(this, request, parent, ...rest);
    } catch (error) {
      const folder = typeof parent?.filename === "string" ? dirname(parent.filename) : process.cwd();
      const found = isPath(request) ? fileMeant(resolve(folder, request)) : null;
      if (found !== null) return found;
      const beside = besideExtraPackages();
      if (beside === undefined || isPath(request)) throw error;
      // A package that the program's folders do not have.
      const paths = [join(dirname(beside), "node_modules")];
      return resolveFilename.call(this, request, { filename: beside, paths } as unknown as CommonJsModule, ...rest);
    }
  };
  for (const extension of [".ts", ".cts", ".mts"]) {
    loader._extensions[extension] = (target, filename) => {
      const source = readFileSync(filename, "utf8");
      const entry = cacheEntry(filename, source, "commonjs");
      const code = entry.code ?? transformTypeScriptSync(source, filename, "commonjs");
      if (entry.code === undefined) entry.keep(code);
      target._compile(code, filename);
    };
  }
}

/** Runs a CommonJS file as `node file` does: it is `require.main`. */
export function requireMain(path: string): unknown {
  return loader._load(path, null, true);
}
