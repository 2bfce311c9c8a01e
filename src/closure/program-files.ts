/** The files of a program: its main file, all files of the user's that it imports, and the packages that they import. */
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import type * as Esbuild from "esbuild";
import { UsageError } from "../common/errors";
import { extraPackages } from "../common/extra-packages";
import type { FolderLink, PackageTree } from "./package-tree";
import { installedAt, packageTree } from "./package-tree";

export interface ProgramFiles {
  readonly main: string;
  readonly files: readonly string[];
  readonly packages: PackageTree;
}

/** Files that are data for their importer. */
const OTHER: Esbuild.Loader = "empty";
const OTHER_TYPES = [".node", ".wasm", ".txt", ".sql", ".css", ".html"];

/** Throws a UsageError when a file cannot be found or parsed. Imports whose names are computed are not seen. */
export function programFiles(mainFile: string): ProgramFiles {
  const main = realpathSync(mainFile);
  const files = new Set<string>([main]);
  const packages = new Set<string>();
  const links = new Map<string, FolderLink>();
  for (const [path, imports] of importsOf(main)) {
    files.add(path);
    for (const near of ["package.json", "tsconfig.json"]) {
      const found = nearest(near, dirname(path));
      if (found !== undefined) files.add(found);
    }
    for (const specifier of imports) {
      const name = /^(@[^/]+\/[^/]+|[^/@:][^/:]*)(?:\/|$)/.exec(specifier)?.[1];
      const found = name === undefined || name === "firesteel" ? undefined : installedAt(name, dirname(path));
      if (found === undefined) continue;
      packages.add(found.folder);
      if (found.link !== null) links.set(found.link.path, found.link);
      const extra = extraPackages();
      // Where the program goes it finds them beside itself.
      if (extra !== undefined && found.folder.startsWith(extra + sep)) {
        const beside = join(dirname(main), "node_modules", name!);
        links.set(beside, { path: beside, target: found.folder });
      }
    }
  }
  const tree = packageTree(packages);
  for (const link of tree.links) links.set(link.path, link);
  return { main, files: [...files].sort(), packages: { packages: tree.packages, links: [...links.values()] } };
}

/** The user's files by path, with the names of what they import beyond these. */
function importsOf(main: string): Map<string, string[]> {
  const esbuild = createRequire(__filename)("esbuild") as typeof Esbuild;
  const root = dirname(main);
  let inputs: Esbuild.Metafile["inputs"];
  try {
    inputs = esbuild.buildSync({
      entryPoints: [main],
      absWorkingDir: root,
      bundle: true,
      write: false,
      outdir: root,
      metafile: true,
      packages: "external",
      external: ["firesteel", "firesteel/*"],
      platform: "node",
      format: "esm",
      logLevel: "silent",
      loader: Object.fromEntries(OTHER_TYPES.map((type) => [type, OTHER])),
    }).metafile.inputs;
  } catch (error) {
    const [first] = (error as Esbuild.BuildFailure).errors ?? [];
    const place = first?.location ? `${first.location.file}:${first.location.line}: ` : "";
    throw new UsageError("PROGRAM_NOT_READ", `${place}${first?.text ?? (error as Error).message}`, { cause: error });
  }
  const found = new Map<string, string[]>();
  for (const [path, { imports }] of Object.entries(inputs)) {
    const outside = imports.filter((one) => one.external === true).map((one) => one.path);
    found.set(realpathSync(join(root, path)), outside);
  }
  return found;
}

function nearest(name: string, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return join(at, name);
    if (dirname(at) === at) return undefined;
  }
}
