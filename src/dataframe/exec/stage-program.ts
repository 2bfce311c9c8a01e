/**
 * A stage's tree as operators, and its tasks. Filters, projections, joins and the aggregate on top of them run as one generated
 * function (pipeline/); what has to see all rows before it gives one, or needs them in order, is an operator of its own.
 */
import type { BatchSource } from "../../columnar/vector";
import { InternalError, unreachable } from "../../common/errors";
import type { FunctionRegistry } from "../functions/registry";
import type { PhysicalPlan, StagePlan, StageRun, StageTask } from "../physical/plan";
import { AggregateOperator } from "./aggregate/operator";
import { BuildRowsJoinOperator } from "./join/operator";
import { MarkedRowsOperator, MarkMatchesOperator } from "./join/marks";
import { MergeJoinOperator } from "./join/merge";
import { LeafOperator } from "./leaves";
import type { OpenTask, Operator } from "./operator";
import { fuse, probeStep, type TableJoin } from "./pipeline/fuse";
import { PipelineOperator } from "./pipeline/operator";
import type { CodegenHost, PipelineProgram } from "./pipeline/program";
import { RowExpand } from "./pipeline/row-expand";
import type { ExecEnv, ExecServices } from "./ports";
import { AppendColumnsOperator } from "./rows/append-columns";
import { CountedOperator } from "./rows/counted";
import { ExpandOperator } from "./rows/expand";
import { GenerateOperator } from "./rows/generate";
import { LimitOperator, TailOperator } from "./rows/limit";
import { CollectMetricsOperator } from "./rows/metrics";
import { SampleOperator } from "./rows/sample";
import { UnionOperator } from "./rows/union";
import { ApplyInGroupsOperator, CogroupOperator, MapBatchesOperator, ScriptTransformOperator } from "./rows/user-batches";
import { SortOperator } from "./sort/operator";
import { TopKOperator } from "./sort/top-k";
import { WindowGroupLimitOperator } from "./window/group-limit";
import { WindowOperator } from "./window/operator";

export interface StageProgram {
  /** The rows of one task. Whoever calls closes it. `services`: of the task, where they are not those of the stage. */
  run(task: StageTask, env: ExecEnv, services?: ExecServices): BatchSource;
  /** Source of the functions that have been generated so far. */
  sources(): readonly string[];
}

/**
 * The functions of a stage as they are for columns in plain arrays, with nulls where the schema allows them: what explain shows before
 * anything has run. For dictionaries, columns without nulls and the like tasks make others by the same plan.
 */
export function assumedSources(plan: StagePlan, functions: FunctionRegistry): readonly string[] {
  const compiler = new StageCompiler({ functions, settings: plan.settings });
  compiler.compile(plan.root);
  return compiler.feeds.map((feed) => feed.assumed());
}

export function openStage(plan: StagePlan, services: ExecServices): StageProgram {
  const host: CodegenHost = { functions: services.functions, settings: plan.settings };
  const compiler = new StageCompiler(host);
  const root = compiler.compile(plan.root);
  return {
    run({ input, run }, env, own = services) {
      const ofRun = planOfRun(plan, run);
      const task: OpenTask = {
        plan: ofRun,
        input,
        run,
        env,
        services: own,
        evaluation: { settings: ofRun.settings, partition: input.partition, inputFile: () => env.inputFile() },
      };
      return root.open(task);
    },
    sources: () =>
      compiler.feeds.flatMap(({ programs }) =>
        programs.flatMap((program) => [...program.variants].map((variant) => variant.source)),
      ),
  };
}

/** As the tasks of one run see it. */
export function planOfRun(plan: StagePlan, { now }: StageRun): StagePlan {
  return { ...plan, settings: { ...plan.settings, now } };
}

class StageCompiler {
  readonly feeds: { readonly programs: readonly PipelineProgram[]; assumed(): string }[] = [];

  constructor(private readonly host: CodegenHost) {}

  readonly compile = (plan: PhysicalPlan): Operator => {
    const { host, compile } = this;
    const counted = (operator: Operator): Operator => new CountedOperator(plan.id, operator);
    switch (plan.kind) {
      case "scan":
      case "shuffleRead":
      case "broadcastRead":
      case "localTable":
      case "range":
      case "external":
        return new LeafOperator(plan);
      case "filter":
      case "project":
        return this.#pipeline(plan);
      case "hashJoin":
      case "nestedLoopJoin":
        return this.#tableJoin(plan);
      case "markMatches": {
        const operator = new MarkMatchesOperator(plan, compile, host);
        this.feeds.push(operator.pipeline.feed);
        return operator;
      }
      case "markedRows":
        return new MarkedRowsOperator(plan, compile(plan.child), plan.marks.map(compile));
      case "sortMergeJoin":
        return new MergeJoinOperator(plan, compile(plan.left), compile(plan.right), host);
      case "sort":
        return new SortOperator(plan, compile(plan.child), host);
      case "topK":
        return new TopKOperator(plan, compile(plan.child), host);
      case "limit":
        return new LimitOperator(plan, compile(plan.child));
      case "tail":
        return new TailOperator(plan, compile(plan.child));
      case "union":
        return counted(new UnionOperator(plan, plan.children.map(compile)));
      case "expand":
        return RowExpand.of(plan) === null ? new ExpandOperator(plan, compile(plan.child), host) : this.#pipeline(plan);
      case "generate":
        return RowExpand.of(plan) === null ? new GenerateOperator(plan, compile(plan.child), host) : this.#pipeline(plan);
      case "sample":
        return new SampleOperator(plan, compile(plan.child));
      case "coalesce":
        return counted(compile(plan.child));
      case "window":
        return new WindowOperator(plan, compile(plan.child), host);
      case "windowGroupLimit":
        return new WindowGroupLimitOperator(plan, compile(plan.child), host);
      case "collectMetrics":
        return counted(new CollectMetricsOperator(plan, compile(plan.child), host));
      case "mapBatches":
        return counted(new MapBatchesOperator(plan, compile(plan.child)));
      case "appendColumns":
        return new AppendColumnsOperator(plan, compile(plan.child), host);
      case "applyInGroups":
        return counted(new ApplyInGroupsOperator(plan, compile(plan.child)));
      case "cogroup":
        return counted(new CogroupOperator(plan, compile(plan.left), compile(plan.right)));
      case "scriptTransform":
        return counted(new ScriptTransformOperator(plan, compile(plan.child), host));
      case "hashAggregate": {
        const { source, chain, builds } = fuse(plan.child, compile, host);
        const operator = new AggregateOperator(plan, source, chain, builds, host);
        this.feeds.push(operator.feed);
        return operator;
      }
      case "exchange":
      case "reusedExchange":
        throw new InternalError(`A stage holds a ${plan.kind} that was not cut.`);
      default:
        return unreachable(plan);
    }
  };

  #pipeline(plan: PhysicalPlan): PipelineOperator {
    const { source, chain, builds } = fuse(plan, this.compile, this.host);
    const operator = new PipelineOperator(source, chain, builds, plan.output, plan.output, plan.id, this.host);
    this.feeds.push(operator.feed);
    return operator;
  }

  #tableJoin(join: TableJoin): Operator {
    switch (join.type) {
      case "left":
      case "right": {
        const streams = join.build === "right" ? "left" : "right";
        return join.type === streams ? this.#pipeline(join) : this.#withBuildRows(join, "inner", "unmatched");
      }
      case "full":
        return this.#withBuildRows(join, "outer", "unmatched");
      case "leftSemi":
        return join.build === "right" ? this.#pipeline(join) : this.#withBuildRows(join, "mark", "matched");
      case "leftAnti":
        return join.build === "right" ? this.#pipeline(join) : this.#withBuildRows(join, "mark", "unmatched");
      case "existence":
        return join.build === "right" ? this.#pipeline(join) : this.#withBuildRows(join, "mark", "all");
      case "inner":
      case "nullAwareAnti":
        return this.#pipeline(join);
    }
  }

  /** The streamed side's pipeline marks matches in a table of its own; rows of the build side follow. */
  #withBuildRows(join: TableJoin, kind: "inner" | "outer" | "mark", rows: "matched" | "unmatched" | "all"): Operator {
    const { host, compile } = this;
    const { step, build, streamed } = probeStep(join, kind, true, compile, host);
    const below = fuse(streamed, compile, host);
    const chain = { input: below.chain.input, steps: [...below.chain.steps, step] };
    const outputs = kind === "mark" ? [] : join.output;
    const pipeline = new PipelineOperator(below.source, chain, [...below.builds, build], outputs, outputs, join.id, host);
    this.feeds.push(pipeline.feed);
    return new BuildRowsJoinOperator(pipeline, join.output, build.output, rows, join.exists);
  }
}
