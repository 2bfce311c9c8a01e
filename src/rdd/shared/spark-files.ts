/** How a program, on the driver and in tasks, finds the files and archives that it has shared. */
import { join } from "node:path";
import { UsageError } from "../../common/errors";
import { SHARED_FILES_PROPERTY, SharedDirectory, type SharedEntry } from "./shared-files";
import { threadTask } from "./thread-task";

interface View {
  readonly directory: SharedDirectory;
  readonly entries: readonly SharedEntry[];
}

let onDriver: () => View | undefined = () => undefined;

/** For the driver: gives the files of the latest context that was not stopped. */
export function setDriverFiles(view: () => View | undefined): void {
  onDriver = view;
}

/**
 * Files of `sc.addFile` and `--files`, archives of `sc.addArchive` and `--archives`. Each process fetches what its tasks
 * ask for, once.
 *
 * @example
 * sc.addFile("/data/stopwords.txt");
 * lines.mapPartitions((part) => {
 *   const stop = new Set(readFileSync(SparkFiles.get("stopwords.txt"), "utf8").split("\n"));
 *   …
 */
export class SparkFiles {
  /**
   * Path of a file, or of an unpacked archive's folder, by the name it was added as: the last part of its path, or what
   * stands behind `#`. Throws for a name that was not added before the job began.
   */
  static get(name: string): string {
    const { directory, entries } = view("SparkFiles.get");
    return directory.path(name, entries);
  }

  /** The directory in which all of them are. */
  static getRootDirectory(): string {
    const { directory, entries } = view("SparkFiles.getRootDirectory");
    directory.provideAll(entries);
    return directory.root;
  }
}

function view(call: string): View {
  const task = threadTask();
  if (task !== undefined) {
    const { env } = task;
    const told = env.info.localProperties[SHARED_FILES_PROPERTY];
    const directory = new SharedDirectory(join(env.directory, "shared-files"), (block) => env.blocks.fetchBytes(block));
    return { directory, entries: told === undefined ? [] : (JSON.parse(told) as SharedEntry[]) };
  }
  const known = onDriver();
  if (known === undefined) throw new UsageError("NO_CONTEXT", `${call}: there is no SparkContext.`);
  return known;
}
