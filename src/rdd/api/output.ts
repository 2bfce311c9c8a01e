/** Writing datasets to directories, one part file for each partition, with a commit protocol (filesystem/output-job). */
import { outputCodec } from "../../filesystem/codecs";
import { OutputJob, type TaskCommit } from "../../filesystem/output-job";
import { checkString } from "../arguments";
import type { Call, ContextPort } from "../context-port";
import type { DatasetNode } from "../nodes/node";
import type { RDD } from "../rdd";
import type { StageAction } from "../stage-output";
import type { Implements } from "./install";
import { type ActionOptions, callOf, partitionValues } from "./run";

export interface OutputMethods {
  /**
   * Writes each partition as lines of text to `path/part-00000`, …, and `path/_SUCCESS` at the end. Strings are written
   * as they are, arrays and plain objects as JSON, anything else as `String` gives it. The directory must not exist.
   * A failed job leaves nothing behind.
   *
   * @param codec "gzip", "bzip2", "deflate" or "zstd", or the Hadoop class of one.
   */
  saveAsTextFile(path: string, codec?: string | null, options?: ActionOptions): Promise<void>;

  /** Writes the records in firesteel's own format, to be read by `sc.objectFile`: everything that can be a record comes back as it was. */
  saveAsObjectFile(path: string, options?: ActionOptions): Promise<void>;

  /** PySpark's name of saveAsObjectFile. */
  saveAsPickleFile(path: string, options?: ActionOptions): Promise<void>;
}

let jobs = 0;

/** Writes `node` to a new directory at `path`. */
export async function save(
  node: DatasetNode,
  call: Call,
  path: string,
  format: "text" | "objects",
  codec: string | null,
): Promise<readonly TaskCommit[]> {
  const port: ContextPort = node.context;
  const compression = outputCodec(codec);
  await node.prepare();
  const mayExist = port.conf("spark.hadoop.validateOutputSpecs") === "false";
  const job = await OutputJob.begin(port.fileSystems, path, `${port.applicationId}-${jobs++}`, { mayExist });
  const action: StageAction = { kind: "save", job: job.spec, format, codec: compression };
  let commits: TaskCommit[];
  try {
    commits = await partitionValues<TaskCommit>(node, call, action);
  } catch (error) {
    await job.abort();
    throw error;
  }
  await job.commit(commits);
  return commits;
}

async function saveObjects(rdd: RDD<unknown>, scope: string, path: unknown, options: ActionOptions | undefined): Promise<void> {
  await save(rdd.node, callOf(rdd.node, scope, options), checkString(scope, "the path", path), "objects", null);
}

export const outputMethods = {
  async saveAsTextFile(this: RDD<unknown>, path: unknown, codec?: unknown, options?: ActionOptions) {
    const call = callOf(this.node, "saveAsTextFile", options);
    const compression = codec === undefined || codec === null ? null : checkString("saveAsTextFile", "the codec", codec);
    await save(this.node, call, checkString("saveAsTextFile", "the path", path), "text", compression);
  },
  async saveAsObjectFile(this: RDD<unknown>, path: unknown, options?: ActionOptions) {
    await saveObjects(this, "saveAsObjectFile", path, options);
  },
  async saveAsPickleFile(this: RDD<unknown>, path: unknown, options?: ActionOptions) {
    await saveObjects(this, "saveAsPickleFile", path, options);
  },
} satisfies Implements<OutputMethods>;
