/** A stage of a query plan in a thread. */
import type { ChunkSource } from "../../columnar";
import type { FunctionSpec } from "../stage-spec";
import { type DirectSource, type PlanKind, type PlanProgram, planRuntime, type PlanTask } from "../plan-port";
import type { MaybePromise } from "../pipeline/source";
import type { TaskOutput } from "../task-runner";
import { type Chain, chainSource, type ExecNode, sourceChain, toSync } from "./chain";
import type { TaskRun } from "./task-run";

export class PlanExec implements ExecNode {
  readonly #program: PlanProgram;

  constructor(
    private readonly ref: number,
    kind: PlanKind,
    plan: Uint8Array,
    private readonly parents: readonly ExecNode[],
    private readonly functions: ReadonlyMap<string, FunctionSpec>,
  ) {
    this.#program = planRuntime(kind).open(plan);
  }

  chain(partition: number): Chain {
    return sourceChain((task) => this.#program.rows(this.#task(partition, task)));
  }

  direct(partition: number, task: TaskRun): MaybePromise<DirectSource> | null {
    return this.#program.direct?.(this.#task(partition, task)) ?? null;
  }

  /** Runs a plan that ends in map output or in a result. */
  finish(partition: number, task: TaskRun): MaybePromise<TaskOutput> {
    return this.#program.run(this.#task(partition, task));
  }

  #task(partition: number, task: TaskRun): PlanTask {
    return {
      env: task.env,
      partition,
      payload: task.payload(this.ref, partition),
      parent: (index, of) => this.#parent(index, of, task),
      direct: (index, of) => this.parents[index]!.direct?.(of, task) ?? this.#parent(index, of, task),
      function: (name) => task.function(this.functions.get(name)!),
      onClose: (close) => task.onClose(close),
      report: (update) => void task.reported.push(update),
    };
  }

  #parent(index: number, partition: number, task: TaskRun): MaybePromise<ChunkSource> {
    return toSync(chainSource(this.parents[index]!.chain(partition), task), task);
  }
}
