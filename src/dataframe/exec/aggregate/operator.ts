/** Hash aggregation over a pipeline: takes all its rows into groups, then gives the groups as batches. */
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { AggregateCall, Attribute } from "../../expressions/expression";
import type { Accumulator } from "../../functions/registry";
import type { HashAggregateExec } from "../../physical/plan";
import type { BuildSide } from "../join/build";
import { drain, sourceOf, type OpenTask, type Operator } from "../operator";
import { PipelineProgram, type CodegenHost } from "../pipeline/program";
import { PipelineRun } from "../pipeline/run";
import { originsOf, plainAttribute, type Chain } from "../pipeline/steps";
import { planAggregates, type AggregatePlan } from "./plan";
import { AggregateSink, type AggregateNotes, type FindBy } from "./sink";
import type { StatePlan } from "./states";
import { GroupTable, hasCodes } from "./table";

/** Groups of one batch of results. */
const BATCH_GROUPS = 16384;

export class AggregateOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly program: PipelineProgram;
  readonly #plan: AggregatePlan;
  /** Columns of the input that the keys plainly are, where all are. */
  readonly #keyColumns: readonly number[] | null;
  readonly #sinks = new Map<string, AggregateSink>();

  constructor(
    private readonly node: HashAggregateExec,
    readonly source: Operator,
    readonly chain: Chain,
    private readonly builds: readonly BuildSide[],
    private readonly host: CodegenHost,
  ) {
    this.output = node.output;
    this.#plan = planAggregates(node, host.functions);
    this.program = new PipelineProgram(chain, this.#sink("none", true, "").reads, host);
    const origins = originsOf(chain);
    const columns = node.grouping.map((key) => {
      const plain = plainAttribute(key);
      const origin = plain === null ? undefined : origins.get(plain.id);
      return origin?.source === 0 ? origin.index : -1;
    });
    this.#keyColumns = columns.length === 0 || columns.includes(-1) ? null : columns;
  }

  #sink(findBy: FindBy, sure: boolean, nullKeys: string): AggregateSink {
    const key = `${findBy}${sure}${nullKeys}`;
    let sink = this.#sinks.get(key);
    if (sink === undefined) {
      sink = new AggregateSink(this.node.grouping, this.#plan.states, findBy, sure, nullKeys);
      this.#sinks.set(key, sink);
    }
    return sink;
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const metrics = task.env.metrics(this.node.id);
    const started = process.hrtime.bigint();
    const accumulators = new Map<AggregateCall, Accumulator>();
    const accumulatorOf = (call: AggregateCall): Accumulator => {
      let made = accumulators.get(call);
      if (made === undefined) {
        made =
          call.user === undefined
            ? this.host.functions.aggregate(call.fn).accumulator(call, task.evaluation)
            : task.services.userFunctions.aggregate(call);
        accumulators.set(call, made);
      }
      return made;
    };
    const table = new GroupTable(
      this.node.grouping.map((key) => key.type),
      this.#plan.states,
      (plan: StatePlan) => accumulatorOf((plan as Extract<StatePlan, { kind: "boxed" }>).call),
    );
    const run = new PipelineRun(this.program, this.builds, task);
    void run.tables;
    drain(this.source.open(task), task, (batch) => this.#take(batch, table, run));
    metrics.timeNs += Number(process.hrtime.bigint() - started);
    table.unsure();
    for (let from = 0; from < table.groups; from += BATCH_GROUPS) {
      const to = Math.min(table.groups, from + BATCH_GROUPS);
      const keys = table.keys.map((key) => key.vector(from, to));
      const columns: Vector[] = this.#plan.columns.flatMap((of) => [...of(table.states, from, to, accumulatorOf)]);
      metrics.rows += to - from;
      metrics.batches++;
      yield { length: to - from, columns: [...keys, ...columns] };
    }
  }

  #take(batch: ColumnBatch, table: GroupTable, run: PipelineRun): void {
    const findBy = this.#findBy(batch, table);
    const nullKeys = table.keys.map((key) => (key.hasNulls ? "1" : "0")).join("");
    let variant = run.variant(batch, this.#sink(findBy, table.sure, nullKeys));
    if (table.sure && !(variant.notes as AggregateNotes).sure) {
      table.unsure();
      variant = run.variant(batch, this.#sink(findBy, false, nullKeys));
    }
    run.run(variant, batch, 0, batch.length, table);
  }

  #findBy(batch: ColumnBatch, table: GroupTable): FindBy {
    if (table.keys.length === 0) return "none";
    if (this.#keyColumns === null) return table.canBeDirect ? this.#hashed(table) : "hash";
    const vectors = this.#keyColumns.map((index) => batch.columns[index]!);
    if (table.canBeDirect && table.useDirect(vectors[0]!)) return "direct";
    const types = this.node.grouping.map((key) => key.type);
    if (vectors.every((vector, i) => hasCodes(vector, types[i]!)) && table.useCodes(vectors)) return "codes";
    return "hash";
  }

  #hashed(table: GroupTable): FindBy {
    return table.direct === null ? "hash" : "direct";
  }
}
