/** The files of a program: its main file, all files of the user's that it imports, and the packages that they import. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import type { PackageTree } from "./package-tree";
import { installedAt, packageTree } from "./package-tree";
import type { FolderLink } from "./package-tree";
import { packageOf, resolveSpecifier } from "./resolve-module";
import { transformFile } from "./transform";

export interface ProgramFiles {
  readonly main: string;
  readonly files: readonly string[];
  readonly packages: PackageTree;
}

/** Throws when a file of the user's cannot be read or parsed. Imports whose names are computed are not seen. */
export function programFiles(mainFile: string): ProgramFiles {
  const main = realpathSync(mainFile);
  const files = new Set<string>();
  const packages = new Set<string>();
  const links = new Map<string, FolderLink>();
  const todo = [main];
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    for (const near of ["package.json", "tsconfig.json"]) {
      const found = nearest(near, dirname(path));
      if (found !== undefined) files.add(found);
    }
    if (extname(path) === ".node") continue;
    for (const { specifier, mode } of transformFile(path).specifiers) {
      const resolution = resolveSpecifier(specifier, path, mode);
      if (resolution.kind === "file") todo.push(resolution.path);
      else if (resolution.kind === "package") {
        const name = /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[1] ?? "";
        const found = installedAt(name, dirname(path));
        const folder = found?.folder ?? packageOf(resolution.path)?.folder;
        if (folder !== undefined) packages.add(folder);
        if (found !== undefined && found.link !== null) links.set(found.link.path, found.link);
      }
    }
  }
  const tree = packageTree(packages);
  const all = new Map([...tree.links.map((link) => [link.path, link] as const), ...links]);
  return { main, files: [...files].sort(), packages: { packages: tree.packages, links: [...all.values()] } };
}

function nearest(name: string, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return join(at, name);
    if (dirname(at) === at) return undefined;
  }
}
