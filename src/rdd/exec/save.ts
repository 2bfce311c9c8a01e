/** Writes the records of a partition as a part of an output directory. */
import { isPlainObject } from "../../common/plain-object";
import type { Codec } from "../../filesystem/codecs";
import { ObjectPartWriter } from "../../filesystem/object-file";
import type { OutputJobSpec, TaskCommit } from "../../filesystem/output-job";
import { TextPartWriter } from "../../filesystem/part-writers";
import { partName, TaskOutput } from "../../filesystem/task-output";
import type { ByteWriter, LoopBuilder, Sink, SinkCode } from "../../columnar";
import { type MaybePromise, then } from "../pipeline/source";
import { type Chain, runChain } from "./chain";
import { EncodeSink } from "./encode-sink";
import { taskStorage } from "./file-exec";
import type { TaskRun } from "./task-run";

interface SaveAction {
  readonly job: OutputJobSpec;
  readonly format: "text" | "objects";
  readonly codec: Codec | null;
}

/** Lines of text, counted. */
class TextSink implements Sink {
  records = 0;

  constructor(private readonly writer: TextPartWriter) {}

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "text");
    const record = builder.local("record");
    const lineOf = builder.bind(textOf, "textOf");
    const writer = builder.bind(this.writer, "writer");
    return {
      enter: "",
      row: ({ code }) =>
        `const ${record} = ${code};\n${held}.records++;\n${writer}.writeLine(typeof ${record} === "string" ? ${record} : ${lineOf}(${record}));`,
      leave: "",
    };
  }
}

/** A record as a line: JSON for arrays and plain objects, otherwise what String gives. */
function textOf(record: unknown): string {
  if (typeof record !== "object" || record === null) return String(record);
  if (Array.isArray(record) || isPlainObject(record))
    return JSON.stringify(record, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- what the class says of itself, as Scala's toString
  return String(record);
}

export function saveRecords(chain: Chain, action: SaveAction, task: TaskRun): MaybePromise<TaskCommit> {
  const { env } = task;
  const output = new TaskOutput(action.job, env.info.taskId, taskStorage(env));
  let ended = false;
  task.onClose(() => {
    if (!ended) output.abort();
  });
  const file = output.create(partName(env.info.partition, action.codec), action.codec);
  const [sink, finish] =
    action.format === "text" ? textOutput(new TextPartWriter(file)) : objectOutput(new ObjectPartWriter(file), task);
  return then(runChain(chain, sink, task), (): TaskCommit => {
    env.metrics.outputRecords += finish();
    env.metrics.outputBytes += file.bytesWritten;
    const commit = output.commit();
    ended = true;
    return commit;
  });
}

/** A sink, and what ends the part and gives the number of its records. */
type Output = readonly [Sink, () => number];

function textOutput(writer: TextPartWriter): Output {
  const sink = new TextSink(writer);
  return [
    sink,
    () => {
      writer.finish();
      return sink.records;
    },
  ];
}

function objectOutput(writer: ObjectPartWriter, task: TaskRun): Output {
  const sink = new EncodeSink(task.values, null, (out: ByteWriter, rows) => {
    writer.writeBatch(out.written(), rows);
    out.clear();
  });
  return [
    sink,
    () => {
      sink.finish();
      writer.finish();
      return sink.count;
    },
  ];
}
