/** The end of a stage that writes a table: this task's part of it. */
import { encodeValue } from "../../columnar";
import type { BatchSource } from "../../columnar/vector";
import { type MaybePromise, then } from "../../rdd/pipeline/source";
import { AnalysisError } from "../errors";
import { sourceNamed } from "../sources/registry";
import type { OpenTask } from "./operator";
import { storageOf } from "./scan";
import { Spool } from "./spill/spool";
import type { TaskEnvironment } from "./task-environment";

/** What the driver's write job tells its tasks. */
export interface WriteStageSpec {
  readonly format: string;
  /** The source's own. */
  readonly spec: unknown;
}

/** Writes the rows; gives the attempt's commit, as one encoded value. Only one attempt of a task is let through. */
export function writeTask(
  sink: { readonly spec: unknown },
  source: BatchSource,
  env: TaskEnvironment,
  task: OpenTask,
): MaybePromise<Uint8Array> {
  const { format, spec } = sink.spec as WriteStageSpec;
  const { writer } = sourceNamed(format);
  if (writer === undefined) throw new AnalysisError("UNSUPPORTED_FEATURE.WRITE", { provider: format });
  const { info, metrics, values } = env.task.env;
  const target = writer.open(spec, {
    partition: env.partition,
    attemptId: info.taskId,
    storage: storageOf(env),
    checkInterrupted: () => env.checkInterrupted(),
    userFunction: (id) => env.task.function(id),
    spool() {
      const spool = new Spool(task, task.plan.root.id);
      env.task.onClose(() => spool.close());
      return spool;
    },
  });
  let committed = false;
  env.task.onClose(() => {
    if (!committed) target.abort();
  });
  for (let batch = source.next(); batch !== null; batch = source.next()) {
    env.checkInterrupted();
    if (batch.length === 0) continue;
    target.write(batch);
    metrics.outputRecords += batch.length;
  }
  return then(target.commit(), (commit) => {
    const bytes = encodeValue(commit, values, "commit");
    committed = true;
    return bytes;
  });
}
