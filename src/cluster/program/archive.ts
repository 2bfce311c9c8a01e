/**
 * A program on its way to a worker: its files with their packages, under the paths that they have where it was submitted, and the files
 * that its settings name.
 */
import { resolve } from "node:path";
import { below, pack, unpack } from "../../closure/bundle";
import { programFiles } from "../../closure/program-files";

/** Settings that are comma lists of local files. */
const FILE_SETTINGS = ["spark.files", "spark.archives"];

export interface UnpackedProgram {
  readonly mainFile: string;
  /** The settings that name files, with where these are now. */
  readonly files: Readonly<Record<string, string>>;
}

/** Throws when a file cannot be read. */
export function packProgram(mainFile: string, setting: (key: string) => string | undefined): Buffer {
  const { main, files, packages } = programFiles(mainFile);
  const lists: Record<string, string[]> = {};
  const named: string[] = [];
  for (const key of FILE_SETTINGS) {
    const parts = (setting(key) ?? "").split(",").map((part) => part.trim());
    for (const part of parts.filter((one) => one !== "")) {
      const [, path = "", alias = ""] = /^(?:file:(?:\/\/)?)?(.*?)(#[^#]*)?$/.exec(part) ?? [];
      named.push(resolve(path));
      (lists[key] ??= []).push(resolve(path) + alias);
    }
  }
  const all = new Set([...files, ...packages.packages.flatMap((one) => one.files), ...named]);
  return pack(all, packages.links, { main, lists });
}

export function unpackProgram(archive: Uint8Array, root: string): UnpackedProgram {
  const facts = unpack(archive, root) as { main: string; lists: Record<string, string[]> };
  return {
    mainFile: below(root, facts.main),
    files: Object.fromEntries(
      Object.entries(facts.lists).map(([key, paths]) => [key, paths.map((path) => below(root, path)).join(",")]),
    ),
  };
}
