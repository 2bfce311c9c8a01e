/**
 * The stages of a query that has run before: those of the run before, as long as each measures what it measured then. Where one measures
 * something else, the query is planned with what has been measured so far, and goes on from there.
 */
import { isDeepStrictEqual } from "node:util";
import type { PhysicalPlan } from "./plan";
import type { QueryRun, Stage, StageOutcome } from "./stages";

/** What whoever carries a query out asks of it. */
export type StagedQuery = Pick<QueryRun, "plan" | "together" | "finished">;

/** Stages that run together. */
interface Step {
  /** As `QueryRun.plan` gives it before they have ended; null while nobody has asked. */
  plan: PhysicalPlan | null;
  driverTakes: boolean;
  /** None before they are asked for. */
  stages: readonly Stage[];
  /** By stage, in the order in which they ended. */
  readonly outcomes: Map<number, MeasuredStage>;
}

/** An outcome that can be compared. */
interface MeasuredStage extends StageOutcome {
  /** What `mapBytes` gives, by reduce partition; null where it is not there. */
  readonly maps: readonly (readonly number[])[] | null;
}

/** Runs with more tasks, and sizes of map outputs, than this in sum are not kept. */
const MOST_KEPT = 8192;

/** What is known of the last run of a plan that came to its result. */
export class KeptSteps {
  steps: readonly Step[] = [];
}

export class RepeatedRun implements StagedQuery {
  readonly #before: readonly Step[];
  /** The last one runs, or is to. */
  readonly #steps: Step[] = [newStep()];
  /** Null while all is as before. */
  #run: QueryRun | null = null;
  #size = 0;

  /** @param begin plans the query from its start: the same for all runs that share `kept`. */
  constructor(
    private readonly kept: KeptSteps,
    private readonly begin: () => QueryRun,
  ) {
    this.#before = kept.steps;
    // What cannot be planned is said now.
    if (this.#before.length === 0) this.#live();
  }

  get plan(): PhysicalPlan {
    const step = this.#step;
    // Of stages that run together some may have ended.
    if (step.outcomes.size > 0) return this.#live().plan;
    return (step.plan ??= this.#expected?.plan ?? this.#live().plan);
  }

  /** As `QueryRun.together`. */
  together(driverTakes = true): readonly Stage[] {
    const step = this.#step;
    const expected = this.#expected;
    const stages = expected?.driverTakes === driverTakes ? expected.stages : this.#live().together(driverTakes);
    step.driverTakes = driverTakes;
    step.stages = stages;
    step.plan ??= expected?.plan ?? null;
    if (stages[0]!.kind === "result") this.#ended();
    return stages;
  }

  /** As `QueryRun.finished`. */
  finished(id: number, outcome: StageOutcome): void {
    const step = this.#step;
    const expected = this.#expected?.outcomes.get(id);
    const measured = this.#measured(id, outcome);
    step.outcomes.set(id, measured);
    if (this.#run !== null) this.#run.finished(id, outcome);
    else if (!isSame(measured, expected)) this.#live();
    if (step.outcomes.size === step.stages.length) this.#steps.push(newStep());
  }

  get #step(): Step {
    return this.#steps.at(-1)!;
  }

  /** The same step of the run before. */
  get #expected(): Step | undefined {
    return this.#run === null ? this.#before[this.#steps.length - 1] : undefined;
  }

  /** The query as it stands, planned by what has been measured until now. */
  #live(): QueryRun {
    if (this.#run !== null) return this.#run;
    const run = this.begin();
    for (const { stages, driverTakes, outcomes } of this.#steps) {
      if (stages.length > 0) run.together(driverTakes);
      for (const [id, outcome] of outcomes) run.finished(id, outcome);
    }
    return (this.#run = run);
  }

  #measured(id: number, { bytes, rows, mapBytes }: StageOutcome): MeasuredStage {
    const stage = this.#step.stages.find((one) => one.kind === "exchange" && one.id === id);
    const tasks = stage?.tasks.length ?? 0;
    this.#size += tasks + bytes.length * (mapBytes === undefined ? 1 : 1 + tasks);
    if (mapBytes === undefined) return { bytes, rows, maps: null };
    if (this.#size > MOST_KEPT) return { bytes, rows, mapBytes, maps: null };
    const maps = bytes.map((_, reduce) => mapBytes(reduce));
    return { bytes, rows, mapBytes: (reduce) => maps[reduce]!, maps };
  }

  #ended(): void {
    const size = this.#size + this.#step.stages[0]!.tasks.length;
    this.kept.steps = size > MOST_KEPT ? [] : this.#steps;
  }
}

function newStep(): Step {
  return { plan: null, driverTakes: true, stages: [], outcomes: new Map() };
}

function isSame(measured: MeasuredStage, expected: MeasuredStage | undefined): boolean {
  return (
    expected !== undefined &&
    measured.rows === expected.rows &&
    isDeepStrictEqual(measured.bytes, expected.bytes) &&
    // Sizes that were not compared may be others.
    (measured.mapBytes === undefined || measured.maps !== null) &&
    isDeepStrictEqual(measured.maps, expected.maps)
  );
}
