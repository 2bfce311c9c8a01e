/** Bundles the two sides of the tests, which run outside of Jest and cannot load TypeScript. */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

export interface BuiltKit {
  readonly folder: string;
  /** The driver's side (support/entry.ts). */
  readonly entry: string;
  /** The other side (support/peer.ts). */
  readonly peer: string;
  remove(): void;
}

export function buildKit(): BuiltKit {
  const folder = mkdtempSync(join(tmpdir(), "closure-"));
  const bundle = (name: string): string => {
    const outfile = join(folder, `${name}.cjs`);
    buildSync({
      entryPoints: [join(__dirname, `${name}.ts`)],
      outfile,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      external: ["esbuild"],
      logLevel: "error",
    });
    return outfile;
  };
  // What the bundles leave out (esbuild) is found beside them.
  symlinkSync(join(__dirname, "../../../node_modules"), join(folder, "node_modules"));
  return { folder, entry: bundle("entry"), peer: bundle("peer"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
