/** A stage of a query plan in a thread. */
import type { ChunkSource } from "../../columnar";
import { UsageError } from "../../common/errors";
import type { FunctionSpec } from "../stage-spec";
import { type PlanKind, type PlanProgram, planRuntime, type PlanTask } from "../plan-port";
import { isThenable } from "../pipeline/source";
import type { TaskOutput } from "../task-runner";
import { type Chain, chainSource, type ExecNode, sourceChain, toSync } from "./chain";
import type { TaskRun } from "./task-run";

export class PlanExec implements ExecNode {
  readonly #program: PlanProgram;

  constructor(
    private readonly ref: number,
    kind: PlanKind,
    plan: Uint8Array,
    private readonly shuffles: readonly number[],
    private readonly parents: readonly ExecNode[],
    private readonly functions: ReadonlyMap<string, FunctionSpec>,
  ) {
    this.#program = planRuntime(kind).open(plan);
  }

  chain(partition: number): Chain {
    return sourceChain((task) => this.#program.rows(this.#task(partition, task)));
  }

  /** Runs a plan that ends in map output or in a result. */
  finish(partition: number, task: TaskRun): TaskOutput {
    return this.#program.run(this.#task(partition, task));
  }

  #task(partition: number, task: TaskRun): PlanTask {
    return {
      env: task.env,
      partition,
      payload: task.payload(this.ref, partition),
      shuffles: this.shuffles,
      parent: (index, of) => this.#parent(index, of, task),
      function: (name) => task.function(this.functions.get(name)!),
      onClose: (close) => task.onClose(close),
    };
  }

  #parent(index: number, partition: number, task: TaskRun): ChunkSource {
    const source = toSync(chainSource(this.parents[index]!.chain(partition), task), task);
    if (isThenable(source)) {
      throw new UsageError(
        "ASYNC_FUNCTION_BELOW_DATAFRAME",
        "A DataFrame cannot read an RDD whose functions return promises. Cache or checkpoint the RDD first.",
      );
    }
    return source;
  }
}
