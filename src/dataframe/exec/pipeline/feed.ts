/**
 * The batches that a pipeline takes, with the join tables that go with them. Where a build side is more than memory holds, it and
 * the rows that reach its join are divided by their keys into files, and the rest of the pipeline runs part by part.
 */
import { InternalError, unreachable } from "../../../common/errors";
import type { ColumnBatch } from "../../../columnar/vector";
import type { Attribute, Expression, ExprId } from "../../expressions/expression";
import { attributesOf } from "../../expressions/traverse";
import type { BuildInput, OpenBuild } from "../join/build";
import type { JoinProbe } from "../join/probe";
import type { JoinTable } from "../join/table";
import type { ScanExec } from "../../physical/plan";
import type { ColumnBound } from "../../sources/data-source";
import { LeafOperator } from "../leaves";
import { sourceOf, type OpenTask, type Operator } from "../operator";
import { SpillPartitions } from "../spill/partitions";
import type { SpillFile } from "../spill/spill-file";
import { knownKeys } from "./known-keys";
import { OutputPlan } from "./output";
import { assumedBatch, assumedTable } from "./assumed";
import { PipelineProgram, type CodegenHost, type SinkEmitter } from "./program";
import { PipelineRun } from "./run";
import { attributesAfter, boundOfInput, changesRows, multipliesRows, type Chain, type Step } from "./steps";

/** What an operator makes of a chain: the whole one, or the part of it behind a join that was divided. */
export interface FeedPart {
  readonly chain: Chain;
  readonly program: PipelineProgram;
  /** Where the pipeline ends when nothing is known of its batches. */
  readonly sink: SinkEmitter;
  /** Arrays of the input's columns leave with what the pipeline gives: they are not copied. */
  readonly keepsInput: boolean;
}

export interface Fed<P extends FeedPart> {
  readonly part: P;
  readonly run: PipelineRun;
  /** Null: no more rows meet the last of these tables. */
  readonly batch: ColumnBatch | null;
}

export class PipelineFeed<P extends FeedPart> {
  readonly whole: P;
  readonly #parts = new Map<string, P>();

  constructor(
    private readonly source: Operator,
    chain: Chain,
    private readonly builds: readonly BuildInput[],
    /** What the sink evaluates or hands on. */
    private readonly needs: readonly Expression[],
    private readonly make: (chain: Chain) => P,
    private readonly node: number,
    private readonly host: CodegenHost,
  ) {
    this.whole = make(chain);
  }

  /** The whole chain's function for columns in plain arrays. */
  assumed(): string {
    const { chain, program, sink } = this.whole;
    const tables = chain.steps.flatMap((step) => (step.kind === "probe" ? [assumedTable(step.probe)] : []));
    return program.variant(assumedBatch(chain.input), tables, sink).source;
  }

  /** Programs made so far. */
  get programs(): readonly PipelineProgram[] {
    return [this.whole, ...this.#parts.values()].map(({ program }) => program);
  }

  /** `bound`: of a column at the end of the chain. */
  open(task: OpenTask, bound?: ColumnBound): Generator<Fed<P>, void, undefined> {
    const below = bound === undefined ? undefined : boundOfInput(this.whole.chain, bound);
    return this.#feed(this.source, this.whole, this.builds, 0, task, below);
  }

  *#feed(
    source: Operator,
    part: P,
    builds: readonly BuildInput[],
    level: number,
    task: OpenTask,
    bound?: ColumnBound,
  ): Generator<Fed<P>, void, undefined> {
    const opened: OpenBuild[] = [];
    try {
      // Tables first: what they are built from may be read by the same files as the input.
      for (const build of builds) opened.push(build.open(task));
      const divided = opened.findIndex(({ spilled }) => spilled !== null);
      if (divided >= 0) {
        yield* this.#divided(source, part, builds, opened, divided, level, task);
        const last = opened.at(-1)!.table;
        // The table of the last join was there for all parts.
        if (last !== null && !isKept(builds.at(-1))) {
          yield { part, run: new PipelineRun(part.program, [last], task), batch: null };
        }
        return;
      }
      const run = new PipelineRun(
        part.program,
        opened.map(({ table }) => table!),
        task,
        this.node,
      );
      const opens =
        source instanceof LeafOperator && source.leaf.kind === "scan"
          ? this.#scan(source, source.leaf, part, run.tables)
          : source;
      yield* each(opens, task, (batch) => ({ part, run, batch }), bound);
      if (!isKept(builds.at(-1))) yield { part, run, batch: null };
    } finally {
      for (const build of opened) build.close();
    }
  }

  #scan(source: LeafOperator, scan: ScanExec, { chain, keepsInput }: P, tables: readonly JoinTable[]): Operator {
    const { conditions, sets } = knownKeys(scan, chain, tables);
    return source.where(conditions, {
      keys: sets,
      transient: !keepsInput,
      transientStrings: stringsOfFilters(chain, this.needs),
    });
  }

  *#divided(
    source: Operator,
    { chain }: P,
    builds: readonly BuildInput[],
    opened: readonly OpenBuild[],
    divided: number,
    level: number,
    task: OpenTask,
  ): Generator<Fed<P>, void, undefined> {
    const at = placeOfProbe(chain, divided);
    const { probe } = chain.steps[at] as { readonly probe: JoinProbe };
    const head: Chain = { input: chain.input, steps: chain.steps.slice(0, at) };
    const rest = this.#rest(chain, at);
    const files = new SpillPartitions(
      task,
      this.node,
      probe.keys.map((key) => key.type),
      level,
    );
    try {
      const tables = opened.slice(0, divided).map(({ table }) => table!);
      const keysAt = rest.chain.input.length;
      const keys = probe.keys.map((key, i) => ({ ...asAlias(key, i) }));
      for (const batch of rows(source, head, tables, [...rest.chain.input, ...keys], this.host, task)) {
        const kept = { length: batch.length, columns: batch.columns.slice(0, keysAt) };
        files.append(kept, batch.columns.slice(keysAt));
      }
      // What the tables before the join held is not looked at again.
      for (const build of opened.slice(0, divided)) build.close();
      const { spilled } = opened[divided]!;
      const later = opened.slice(divided + 1).map((build) => new KeptOpen(build));
      for (const [p, file] of files.files.entries()) {
        const built = spilled!.files[p]!;
        if (file.rows === 0 && built.rows === 0) continue;
        const part: Operator = { output: rest.chain.input, open: () => sourceOf(file.batches()) };
        const side = builds[divided]!.part(built, level + 1);
        yield* this.#feed(part, rest, [side, ...later], level + 1, task);
      }
    } finally {
      files.remove();
    }
  }

  /** The chain from the divided join on, over the columns that it and the sink read. */
  #rest(chain: Chain, at: number): P {
    const steps = chain.steps.slice(at);
    const needed = idsOf([...this.needs, ...steps.flatMap(readBy)]);
    const input = attributesAfter({ input: chain.input, steps: chain.steps.slice(0, at) }).filter(({ id }) => needed.has(id));
    const key = `${steps.length} ${input.map(({ id }) => id).join()}`;
    let part = this.#parts.get(key);
    if (part === undefined) this.#parts.set(key, (part = this.make({ input, steps })));
    return part;
  }
}

/** Columns of strings that conditions of the chain look at and nothing else does: none of their bytes outlasts a batch. */
function stringsOfFilters({ input, steps }: Chain, needs: readonly Expression[]): ReadonlySet<ExprId> {
  const isFilter = (step: Step): boolean => step.kind === "filter";
  const tested = idsOf(steps.filter(isFilter).flatMap(readBy));
  const used = idsOf([...needs, ...steps.filter((step) => !isFilter(step)).flatMap(readBy)]);
  return new Set(input.flatMap(({ id, type }) => (type.kind === "string" && tested.has(id) && !used.has(id) ? [id] : [])));
}

function idsOf(expressions: readonly Expression[]): ReadonlySet<ExprId> {
  return new Set(expressions.flatMap((expression) => attributesOf(expression).map(({ id }) => id)));
}

/** What a step evaluates of the rows before it. */
function readBy(step: Step): readonly Expression[] {
  switch (step.kind) {
    case "filter":
      return [step.condition];
    case "project":
      return step.expressions;
    case "expand":
      return step.expand.projections.flat();
    case "probe":
      return step.probe.reads;
    default:
      return unreachable(step);
  }
}

function placeOfProbe(chain: Chain, probe: number): number {
  let left = probe;
  return chain.steps.findIndex((step) => step.kind === "probe" && left-- === 0);
}

/** A build side that is open already, and whose owner closes it. */
class KeptOpen implements BuildInput {
  constructor(private readonly build: OpenBuild) {}

  open(): OpenBuild {
    return { ...this.build, close: () => {} };
  }

  part(rows: SpillFile, level: number): BuildInput {
    throw new InternalError(`A table that fits is not divided (${rows.rows} rows, level ${level}).`);
  }
}

function isKept(build: BuildInput | undefined): boolean {
  return build instanceof KeptOpen;
}

/** The rows at the end of a chain, as batches of the given outputs. */
function* rows(
  source: Operator,
  chain: Chain,
  tables: readonly JoinTable[],
  outputs: readonly (Attribute | ReturnType<typeof asAlias>)[],
  host: CodegenHost,
  task: OpenTask,
): Generator<ColumnBatch, void, undefined> {
  const plan = new OutputPlan(outputs, chain, changesRows(chain), multipliesRows(chain));
  const run = new PipelineRun(new PipelineProgram(chain, plan.reads, host), tables, task);
  const state = plan.open();
  for (const batch of each(source, task, (one) => one)) yield* state.batches(batch, run, plan);
}

function asAlias(key: Expression, index: number): Extract<Expression, { kind: "alias" }> {
  return { kind: "alias", id: -1 - index, name: `_${index}`, child: key, type: key.type, nullable: key.nullable };
}

function* each<T>(
  source: Operator,
  task: OpenTask,
  of: (batch: ColumnBatch) => T,
  bound?: ColumnBound,
): Generator<T, void, undefined> {
  const batches = source.open(task, bound);
  try {
    for (let batch = batches.next(); batch !== null; batch = batches.next()) {
      task.env.checkInterrupted();
      if (batch.length > 0) yield of(batch);
    }
  } finally {
    batches.close();
  }
}
