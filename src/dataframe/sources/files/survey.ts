/**
 * What must be known of the contents of files before they are a table, such as the types of their values: looked for where the files are read, split by
 * split, by a job; in files of few bytes at once, by the driver. The job is a scan of a relation whose rows are what was found.
 */
import { vectorOfBoxed } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import { InternalError } from "../../../common/errors";
import { codecOf } from "../../../filesystem/codecs";
import { isLocalPath } from "../../../filesystem/path";
import type { TaskStorage } from "../../../filesystem/task-storage";
import type { SqlSettings } from "../../settings";
import type { DriverContext, LoadRequest, ScanEnv, ScanRequest, SourceOptions } from "../data-source";
import type { FileEntry, Relation } from "../relation";
import { FileScan, type SplitReader } from "./file-scan";
import type { FileSplit } from "./packing";

export interface SurveyEnv {
  readonly options: SourceOptions;
  readonly settings: SqlSettings;
  readonly storage: TaskStorage;
  /** Throws when the task was told to stop; to be called once in a while. */
  readonly checkInterrupted: () => void;
}

/** Looks through a split for what `spec` says; both that and what is found are plain data, as JSON has them. */
export type Look<Spec, Found> = (
  split: FileSplit,
  spec: Spec,
  env: SurveyEnv,
) => { readonly found: Found; readonly bytesRead: number };

/** Where files have no more bytes, a job takes longer than to look through them. */
const DRIVER_BYTES = 1 << 21;
/** What compressed bytes are taken for. */
const EXPANSION = 4;

const STRING: DataType = { kind: "string" };
const COLUMN = "found";

interface SurveyHandle {
  readonly survey: unknown;
}

/** What was found in the splits of the files, in their order. The source's `plan` cuts them, and its `open` gives `surveyScan` for the relation. */
export async function survey<Spec, Found>(
  format: string,
  files: readonly FileEntry[],
  { options }: LoadRequest,
  spec: Spec,
  look: Look<Spec, Found>,
  driver: DriverContext,
): Promise<readonly Found[]> {
  const bytes = files.reduce((sum, { path, length }) => sum + (codecOf(path) === null ? length : EXPANSION * length), 0);
  if (driver.rowsOf !== undefined && bytes > DRIVER_BYTES) {
    const rows = await driver.rowsOf(surveyRelation(format, files, options, spec));
    return rows.map(([found]) => JSON.parse(found as string) as Found);
  }
  const env: SurveyEnv = {
    options,
    settings: driver.settings,
    storage: await fetched(files, driver),
    checkInterrupted: () => {},
  };
  return files.filter(({ length }) => length > 0).map((file) => look(wholeFile(file), spec, env).found);
}

function surveyRelation(format: string, files: readonly FileEntry[], options: SourceOptions, spec: unknown): Relation {
  const handle: SurveyHandle = { survey: spec };
  return {
    format,
    name: `${format} schema of ${files[0]!.path}${files.length > 1 ? `, and ${files.length - 1} more` : ""}`,
    schema: { kind: "struct", fields: [{ name: COLUMN, type: STRING, nullable: false }] },
    partitionColumns: [],
    options,
    files: { roots: [], files },
    statistics: { sizeInBytes: files.reduce((sum, { length }) => sum + length, 0), rowCount: null, columns: {} },
    handle,
  };
}

function wholeFile({ path, length, modified, partition }: FileEntry): FileSplit {
  return { path, start: 0, length, fileLength: length, modified, partition };
}

/** Files that are elsewhere, brought here: what looks through them waits for nothing. */
async function fetched(files: readonly FileEntry[], { fileSystems }: DriverContext): Promise<TaskStorage> {
  const contents = new Map<string, Uint8Array>();
  for (const { path, length } of files)
    if (!isLocalPath(path)) contents.set(path, await fileSystems.of(path).readRange(path, 0, length));
  const refuse = (): never => {
    throw new InternalError("Nothing is written while files are looked through.");
  };
  return {
    fetch: (path, offset, length) => contents.get(path)!.subarray(offset, offset + length),
    uploads: { upload: refuse, abort: refuse },
    tempFile: refuse,
  };
}

export function isSurvey({ handle }: Pick<Relation, "handle">): boolean {
  return typeof handle === "object" && handle !== null && "survey" in handle;
}

/** The rows of a relation that `isSurvey`: one for each split. */
export function surveyScan<Spec, Found>(
  splits: readonly FileSplit[],
  request: ScanRequest,
  env: ScanEnv,
  look: Look<Spec, Found>,
): BatchSource {
  const { relation, settings } = request;
  const spec = (relation.handle as SurveyHandle).survey as Spec;
  const { storage } = env;
  const context: SurveyEnv = { options: relation.options, settings, storage, checkInterrupted: () => env.checkInterrupted() };
  return new FileScan(splits, request, env, (split) => new Surveyed(() => look(split, spec, context)));
}

class Surveyed implements SplitReader {
  readonly firstRow = 0;
  bytesRead = 0;
  #ended = false;

  constructor(private readonly look: () => { readonly found: unknown; readonly bytesRead: number }) {}

  next(): ColumnBatch | null {
    if (this.#ended) return null;
    this.#ended = true;
    const { found, bytesRead } = this.look();
    this.bytesRead = bytesRead;
    return { length: 1, columns: [vectorOfBoxed([JSON.stringify(found)], STRING)] };
  }

  close(): void {
    this.#ended = true;
  }
}
