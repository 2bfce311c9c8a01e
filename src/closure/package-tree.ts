/**
 * An installed package with all that it needs, as files and symbolic links under the paths that they have here: put under another root in
 * the same arrangement, Node resolves every import as it does here, whichever package manager made it.
 */
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { extraPackages } from "../common/extra-packages";

export interface PackageFolder {
  /** Where it really is. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** Absolute paths, sorted. */
  readonly files: readonly string[];
}

export interface FolderLink {
  readonly path: string;
  readonly target: string;
}

export interface PackageTree {
  readonly packages: readonly PackageFolder[];
  readonly links: readonly FolderLink[];
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The packages at `folders` (where they really are) and what they depend on, as far as it is installed. */
export function packageTree(folders: Iterable<string>): PackageTree {
  const packages = new Map<string, PackageFolder>();
  const links = new Map<string, FolderLink>();
  const todo = [...folders];
  for (let folder = todo.pop(); folder !== undefined; folder = todo.pop()) {
    if (packages.has(folder)) continue;
    const manifest = readManifest(folder);
    packages.set(folder, {
      folder,
      name: manifest.name ?? "",
      version: manifest.version ?? "",
      files: filesOf(folder).sort(),
    });
    for (const name of Object.keys({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    })) {
      // Its users have the engine already: the one that runs.
      if (name === "firesteel") continue;
      const found = installedAt(name, folder);
      if (found === undefined) continue;
      if (found.link !== null) links.set(found.link.path, found.link);
      todo.push(found.folder);
    }
  }
  const byFolder = [...packages.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
  return { packages: byFolder, links: [...links.values()].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Where Node finds a package from a folder: where it really is, and the link on the way where there is one. */
export function installedAt(
  name: string,
  from: string,
): { readonly folder: string; readonly link: FolderLink | null } | undefined {
  for (let at = from; ; at = dirname(at)) {
    const path = join(at, "node_modules", name);
    if (!at.endsWith(`${sep}node_modules`) && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      const folder = realpathSync(path);
      return { folder, link: folder === path ? null : { path, target: folder } };
    }
    if (dirname(at) !== at) continue;
    const extra = extraPackages();
    return extra === undefined || from === extra || from.startsWith(extra + sep) ? undefined : installedAt(name, extra);
  }
}

function readManifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  } catch {
    return {};
  }
}

/** The package's own files: what is installed below it are packages of their own. */
function filesOf(folder: string): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name === "node_modules" || entry.name === ".git") continue;
    if (entry.isDirectory()) files.push(...filesOf(path));
    else if (entry.isFile() || (entry.isSymbolicLink() && lstatSync(path).isSymbolicLink() && isFile(path))) files.push(path);
  }
  return files;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
