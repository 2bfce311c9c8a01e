/** Runs stages of a query as jobs: map stages, whose output sizes come back, and stages whose tasks give results. */
import { runJob, writeShuffle } from "../../rdd/api/run";
import type { Call, ContextPort, MapOutputSizes } from "../../rdd/context-port";
import { type PlanInput, PlanNode, type PlanStage } from "../../rdd/nodes/plan-node";
import { PlanShuffle } from "../../rdd/nodes/plan-shuffle";
import { ClusterError, DataError, TaskError } from "../../common/errors";
import { AnalysisError, QueryError } from "../errors";
import { planToBytes } from "../exec/plan-bytes";
import type { StageRun, StageTask, StageTaskInput } from "../physical/plan";
import type { TravellingPlan } from "./travelling-plan";

/** A stage that is ready to run: what it reads has been written. */
export interface ReadyStage {
  readonly plan: TravellingPlan;
  /** The query's start, microseconds since the epoch. */
  readonly now: number;
  /** One for each task. */
  readonly tasks: readonly StageTaskInput[];
  /** The shuffles that it reads, as its ShuffleReads number them. */
  readonly shuffles: readonly PlanShuffle[];
  /** Those that each task reads whole, as its BroadcastReads number them. */
  readonly broadcasts: readonly PlanShuffle[];
  /** Those of the plan's external leaves. */
  readonly inputs: readonly PlanInput[];
  readonly hosts?: readonly (readonly string[])[];
}

/** A stage whose results are thrown away, as an input with indeterminate rows was made again, is run again so often. */
const MOST_RUNS = 4;

/** A shuffle that was written. */
export interface WrittenShuffle extends MapOutputSizes {
  readonly shuffle: PlanShuffle;
}

export class StageJobs {
  constructor(
    private readonly port: ContextPort,
    private call: Call,
    /** The accumulator of the query's operator metrics. */
    private readonly metrics: number,
  ) {}

  /** Properties of the jobs from now on, beside those of the call. */
  belongTo(properties: Readonly<Record<string, string>>): void {
    this.call = { ...this.call, properties: { ...this.call.properties, ...properties } };
  }

  /** Runs a stage that ends in a shuffle. The caller releases the shuffle. */
  async write(stage: ReadyStage, numReducers: number): Promise<WrittenShuffle> {
    const shuffleId = this.port.nextShuffleId();
    const node = this.#node(stage, shuffleId);
    const shuffle = new PlanShuffle(node, numReducers, shuffleId);
    if (stage.tasks.length === 0) return { shuffle, numMaps: 0, sizes: new Float64Array(0), hosts: [] };
    try {
      return { shuffle, ...(await writeShuffle(shuffle, this.call)) };
    } catch (error) {
      throw this.#own(error);
    }
  }

  /** Runs a stage whose tasks give results, in the order of the tasks. */
  async run(stage: ReadyStage): Promise<Uint8Array[]> {
    for (let run = 1; ; run++) {
      try {
        return await this.#results(this.#node(stage, null));
      } catch (error) {
        // What its tasks have written is not taken back so simply.
        const again = stage.plan.sink.kind !== "write" && run < MOST_RUNS;
        if (!again || !(error instanceof ClusterError && error.errorClass === "INDETERMINATE_STAGE")) throw error;
      }
    }
  }

  /** The stage as a dataset's description; its records are what its sink says: rows, or batches as bytes. */
  describe(stage: ReadyStage): PlanStage {
    return this.#describe(stage, null);
  }

  async #results(node: PlanNode): Promise<Uint8Array[]> {
    const results: Uint8Array[] = [];
    try {
      await runJob(node, this.call, { kind: "plan" }, (index, bytes) => {
        results[index] = bytes;
      });
    } catch (error) {
      throw this.#own(error);
    }
    return results;
  }

  /** What a query met in its data is its own error, not that of the job that met it; it says which call of the program it was. */
  #own(error: unknown): unknown {
    const cause = error instanceof TaskError ? error.cause : undefined;
    if (cause instanceof DataError) return cause;
    if (!(cause instanceof QueryError || cause instanceof AnalysisError)) return error;
    if (cause.context === undefined) cause.stack = `${cause.stack}\n    at ${this.call.scope} (${this.call.site})`;
    return cause;
  }

  #node(stage: ReadyStage, shuffleId: number | null): PlanNode {
    return new PlanNode(this.port, this.call.scope, this.#describe(stage, shuffleId), this.call.site);
  }

  #describe(stage: ReadyStage, shuffleId: number | null): PlanStage {
    const { plan } = stage;
    const idOf = (shuffle: PlanShuffle): number => shuffle.shuffleId;
    const run: StageRun = {
      now: stage.now,
      metrics: this.metrics,
      shuffleId,
      shuffles: stage.shuffles.map(idOf),
      broadcasts: stage.broadcasts.map(idOf),
    };
    return {
      plan: plan.bytes,
      payloads: stage.tasks.map((input) => planToBytes({ input, run } satisfies StageTask)),
      shuffles: [...stage.shuffles, ...stage.broadcasts],
      parts: partsOf(stage),
      inputs: stage.inputs,
      functions: plan.functions,
      ...(stage.hosts === undefined ? {} : { hosts: stage.hosts }),
      orderSensitive: plan.orderSensitive,
    };
  }
}

/** What each task reads of the shuffles. */
function partsOf({ plan, shuffles, tasks }: ReadyStage): NonNullable<PlanStage["parts"]> {
  const reads = new Map<unknown, readonly number[]>(shuffles.map((shuffle, input) => [shuffle, plan.reads[input] ?? []]));
  const inputs = tasks.map((task) => task.shuffles);
  return (partition, shuffle) =>
    (reads.get(shuffle) ?? []).flatMap((id) =>
      (inputs[partition]![id] ?? []).map(({ reduce, maps }) =>
        maps === undefined ? { reduce } : { reduce, maps: Array.from({ length: maps[1] - maps[0] }, (_, i) => maps[0] + i) },
      ),
    );
}
