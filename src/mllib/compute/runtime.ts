/** Programs in task threads: the side of the tasks of compute/task-data. */
import type { ChunkSource } from "../../columnar";
import { rowsOf } from "../../columnar";
import { decodeBatchesOf, encodedBatch } from "../../columnar/batch";
import type { ColumnBatch } from "../../columnar/vector";
import { InternalError } from "../../common/errors";
import { DeferredSource } from "../../rdd/pipeline/iterable-source";
import { type AnySource, type MaybePromise, then } from "../../rdd/pipeline/source";
import { type DirectSource, LONG_RECORD, type PlanProgram, type PlanRuntime, type PlanTask } from "../../rdd/plan-port";
import type { TaskOutput } from "../../rdd/task-runner";
import { decodePlain, encodePlain } from "./plain";
import { type AnyProgram, programNamed, type ProgramInput, type ProgramTask, ReadsLater, type Sent } from "./programs";

/** What the driver sends as the plan of a stage. */
export interface ShippedProgram {
  readonly name: string;
  readonly input: ProgramInput;
  /** Absent where each task has its own, as its payload. */
  readonly spec?: unknown;
  /** Records say to which partition of a shuffle they go. */
  readonly sends: boolean;
  /** There is a second input. */
  readonly beside: boolean;
}

export const programRuntime: PlanRuntime = {
  open: (bytes) => new OpenProgram(decodePlain<ShippedProgram>(bytes)),
};

class OpenProgram implements PlanProgram {
  readonly #program: AnyProgram;

  constructor(private readonly shipped: ShippedProgram) {
    this.#program = programNamed(shipped.name);
  }

  run(task: PlanTask): MaybePromise<TaskOutput> {
    const program = this.#program;
    if (program.gives !== "result") throw new InternalError(`${this.shipped.name} gives records, not a result.`);
    return then(this.#inputs(task), (input): TaskOutput => {
      try {
        const result = program.program.run(input.records, this.#spec(task), taskOf(task, input.beside));
        return { kind: "result", bytes: encodePlain(result) };
      } finally {
        input.close();
      }
    });
  }

  rows(task: PlanTask): AnySource {
    const row = this.shipped.sends
      ? (value: unknown): unknown => [(value as Sent<unknown>).to, encodePlain((value as Sent<unknown>).record)]
      : this.#record;
    const records = then(this.direct(task), (source): AnySource => {
      return {
        next() {
          const value = source.next();
          return value === null ? null : { kind: "rows", rows: [row(value)], start: 0, end: 1 };
        },
        close: () => source.close(),
      };
    });
    return records instanceof Promise ? new DeferredSource(records) : records;
  }

  direct(task: PlanTask): MaybePromise<DirectSource> {
    const program = this.#program;
    if (program.gives === "result") throw new InternalError(`${this.shipped.name} gives a result, not records.`);
    return then(this.#inputs(task), (input): DirectSource => {
      const records = program.program.run(input.records, this.#spec(task), taskOf(task, input.beside))[Symbol.iterator]();
      return {
        next() {
          const record = records.next();
          return record.done === true ? null : record.value;
        },
        close() {
          records.return?.();
          input.close();
        },
        record: program.gives === "batches" ? this.#record : (record) => encodePlain(record, memoryOf),
      };
    });
  }

  get #record(): (value: unknown) => Uint8Array {
    return this.#program.gives === "batches" ? (batch) => encodedBatch(batch as ColumnBatch) : encodePlain;
  }

  #inputs(task: PlanTask): MaybePromise<OpenInputs> {
    const { input, beside } = this.shipped;
    if (input === "none" || input === "any") return { ...NOTHING, beside: [] };
    return then(opened(0, input, task), (first) =>
      then(beside ? opened(1, "records", task) : NOTHING, (second): OpenInputs => {
        return {
          records: first.records,
          beside: second.records,
          close() {
            first.close();
            second.close();
          },
        };
      }),
    );
  }

  #spec(task: PlanTask): unknown {
    return task.payload.length > 0 ? decodePlain(task.payload) : this.shipped.spec;
  }
}

let room = new Uint8Array(0);
/** Of records beyond it the thread does not keep the memory. */
const MOST_ROOM = 8 << 20;

/** Long records are written into the same memory one after the other (`DirectSource.record`). */
function memoryOf(size: number): Uint8Array {
  if (size < LONG_RECORD || size > MOST_ROOM) return new Uint8Array(size);
  if (room.length < size) room = new Uint8Array(size);
  return room.subarray(0, size);
}

/** Records may be views of what the source reads: it is open until nobody looks at them any more, not only to its last record. */
interface OpenInput {
  readonly records: Iterable<unknown>;
  close(): void;
}

interface OpenInputs extends OpenInput {
  readonly beside: Iterable<unknown>;
}

const NOTHING: OpenInput = { records: [], close: () => undefined };

type ReadForm = Extract<ProgramInput, "batches" | "records">;

function opened(at: number, form: ReadForm, task: PlanTask): MaybePromise<OpenInput> {
  return then(task.direct(at, task.partition), (source): OpenInput => {
    return { records: recordsOf(form, source, task), close: () => source.close() };
  });
}

function* recordsOf(input: ReadForm, source: DirectSource | ChunkSource, task: PlanTask): Generator<unknown, void, undefined> {
  if ("record" in source) {
    for (let value = source.next(); value !== null; value = source.next()) {
      task.env.checkInterrupted();
      yield value;
    }
    return;
  }
  for (let chunk = source.next(); chunk !== null; chunk = source.next()) {
    for (const bytes of rowsOf(chunk) as Iterable<Uint8Array>) {
      task.env.checkInterrupted();
      if (input === "batches") yield* decodeBatchesOf(bytes);
      else yield decodePlain(bytes);
    }
  }
}

const kept = new Map<string, unknown>();
const MOST_KEPT = 8;

function taskOf(task: PlanTask, beside: Iterable<unknown>): ProgramTask {
  const { env, partition } = task;
  return {
    partition,
    beside,
    recordsOf(index) {
      const source = task.direct(0, index);
      if (source instanceof Promise) throw new ReadsLater();
      return recordsOf("records", source, task);
    },
    memory: env.memory,
    memories: env.memories,
    conf: (key) => env.conf(key),
    broadcast: (ref) => env.blocks.fetchBytes(`broadcast_${ref.broadcast}`),
    checkInterrupted: () => env.checkInterrupted(),
    keep<T>(key: string, make: () => T): T {
      const name = `${env.directory} ${key}`;
      const thing = kept.has(name) ? (kept.get(name) as T) : make();
      kept.delete(name);
      kept.set(name, thing);
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
      return thing;
    },
  };
}
