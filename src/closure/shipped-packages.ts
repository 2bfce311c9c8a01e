/**
 * Installed packages that user functions import, for executors on hosts that do not have them. The driver packs one, with all that it
 * needs, when an executor first asks for it; the executor puts it under the paths that it has on the driver, below a directory of its own, so that
 * applications with different versions of a package do not meet.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { below, pack, unpack } from "./bundle";
import type { ModuleTarget } from "./module-target";
import { packageTree } from "./package-tree";

type PackageTarget = ModuleTarget & { readonly kind: "package" };

/** Folders that the driver may be asked for, by block. */
const offered = new Map<string, string>();

/** On the driver: functions import something of this package. */
export function offerPackage(target: PackageTarget): void {
  const folder = folderOf(target);
  if (folder !== undefined) offered.set(blockOf(folder), folder);
}

/** On the driver: the package behind a block's name, packed; undefined for one that no function imports. */
export function packedPackage(block: string): Uint8Array | undefined {
  const folder = offered.get(block);
  if (folder === undefined) return undefined;
  const { packages, links } = packageTree([folder]);
  return pack(
    packages.flatMap((one) => one.files),
    links,
  );
}

/**
 * On an executor: where a file of the package is, fetched if it is not there yet. Several threads may do so at the same time.
 * @param root directory of this executor for packages
 */
export function shippedFile(target: PackageTarget, root: string, fetch: (block: string) => Uint8Array): string | undefined {
  const folder = folderOf(target);
  if (folder === undefined) return undefined;
  const block = blockOf(folder);
  const directory = join(root, block);
  if (!existsSync(directory)) {
    mkdirSync(root, { recursive: true });
    const staging = mkdtempSync(join(root, "incoming-"));
    try {
      unpack(fetch(block), staging);
      renameSync(staging, directory);
    } catch (error) {
      rmSync(staging, { recursive: true, force: true });
      // Another thread was faster.
      if (!existsSync(directory)) throw error;
    }
  }
  return below(directory, target.path);
}

/** The package's own folder, by its path alone: the executor does not have it. */
function folderOf({ path, name }: PackageTarget): string | undefined {
  const part = `${sep}node_modules${sep}${name.split("/").join(sep)}`;
  const at = path.lastIndexOf(part + sep);
  return name === "" || at < 0 ? undefined : path.slice(0, at + part.length);
}

function blockOf(folder: string): string {
  const hash = createHash("sha256").update(dirname(folder)).update("\0").update(folder).digest("hex").slice(0, 32);
  return `package_${hash}`;
}
