/** The tsconfig.json that holds for a file, as text for esbuild. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const byFolder = new Map<string, string | undefined>();

/** The nearest tsconfig.json, for decorators, class fields and JSX; `extends` is not followed. Undefined when there is none. */
export function tsconfigFor(path: string): string | undefined {
  const folder = dirname(path);
  if (!byFolder.has(folder)) {
    let at = folder;
    while (!existsSync(join(at, "tsconfig.json")) && dirname(at) !== at) at = dirname(at);
    const file = join(at, "tsconfig.json");
    byFolder.set(folder, existsSync(file) ? readFileSync(file, "utf8") : undefined);
  }
  return byFolder.get(folder);
}
