/** From what a user wrote (`dir`, `a.txt,b/*.gz`) to the files to read, with the rules of Hadoop's FileInputFormat. */
import { DataError } from "../common/errors";
import { pathNotFound } from "./file-system";
import type { FileStatus } from "./file-system";
import type { FileSystems } from "./file-systems";
import { glob, hasGlob, splitPathList } from "./glob";
import { baseName, isHidden, qualifyPath } from "./path";

export interface InputFilesOptions {
  /** Read the files of directories below a directory too (`mapreduce.input.fileinputformat.input.dir.recursive`). */
  readonly recursive?: boolean;
}

/**
 * The files that a comma list of paths and patterns names. A directory stands for the files in it; files whose names
 * start with `_` or `.` are left out, unless the path names them without a wildcard. In the order of the list, and by
 * path within each of its parts; a file that two parts name is read twice. Every path of the list that leads nowhere is
 * named in the one PATH_NOT_FOUND error.
 */
export async function inputFiles(
  fileSystems: FileSystems,
  paths: string | readonly string[],
  options: InputFilesOptions = {},
): Promise<FileStatus[]> {
  const files: FileStatus[] = [];
  const missing: { readonly path: string; readonly message: string }[] = [];
  for (const path of (typeof paths === "string" ? splitPathList(paths) : paths).map(qualifyPath)) {
    const fs = fileSystems.of(path);
    const pattern = hasGlob(path);
    const matches = (await glob(fs, path)).filter((match) => !pattern || !isHidden(baseName(match.path)));
    if (matches.length === 0) {
      missing.push({ path, message: pattern ? `Input Pattern ${path} matches 0 files` : `Input path does not exist: ${path}` });
    }
    for (const match of matches) {
      if (!match.isDirectory) files.push(match);
      else
        for (const file of await fs.list(match.path, { recursive: options.recursive === true })) {
          if (isHiddenBelow(match.path, file.path)) continue;
          if (file.isDirectory) throw notAFile(file.path);
          files.push(file);
        }
    }
  }
  if (missing.length > 0) throw pathNotFound(missing[0]!.path, missing.map((m) => m.message).join("\n"));
  return files;
}

/** A file is hidden by its own name or by that of a directory between it and the one that was asked for. */
function isHiddenBelow(directory: string, path: string): boolean {
  return path.slice(directory.length).split("/").some(isHidden);
}

function notAFile(path: string): DataError {
  return new DataError(
    "NOT_A_FILE",
    `Not a file: ${path}. Name the files with a pattern such as dir/*/*, or set ` +
      "spark.hadoop.mapreduce.input.fileinputformat.input.dir.recursive=true to read directories in directories.",
    { parameters: { path } },
  );
}
