/** Hash aggregation over a pipeline: takes all its rows into groups, then gives the groups as batches. */
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import { keyKind } from "../../codegen/key-code";
import type { HashAggregateExec } from "../../physical/plan";
import type { BuildInput } from "../join/build";
import { sourceOf, type OpenTask, type Operator } from "../operator";
import { PipelineFeed, type FeedPart } from "../pipeline/feed";
import { OutputPlan } from "../pipeline/output";
import { PipelineProgram, type CodegenHost, type Variant } from "../pipeline/program";
import type { PipelineRun } from "../pipeline/run";
import { changesRows, multipliesRows, originsOf, plainAttribute, type Chain } from "../pipeline/steps";
import { planAggregates, type AggregatePlan } from "./plan";
import type { KeyForm } from "./key-column";
import { AggregateSink, type AggregateNotes, type FindBy, formsText, keySource } from "./sink";
import { Groups } from "./groups";
import { RowsAsGroups } from "./rows-as-groups";
import { hasCodes, type GroupTable } from "./table";

interface Part extends FeedPart {
  /** Columns of the input that the keys plainly are, where all are. */
  readonly keyColumns: readonly number[] | null;
  /** The join table, as a source of the chain, whose columns the keys plainly are, where all are. */
  readonly keySource: number | null;
  /** Of a partial aggregate without states: its keys as they come. */
  readonly keys: OutputPlan | null;
}

/** Of keys of which nothing is known. */
const PLAIN: KeyForm = { numbered: false, hasNulls: false };

export class AggregateOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly feed: PipelineFeed<Part>;
  readonly #plan: AggregatePlan;
  readonly #sinks = new Map<string, AggregateSink>();

  constructor(
    private readonly node: HashAggregateExec,
    source: Operator,
    chain: Chain,
    builds: readonly BuildInput[],
    private readonly host: CodegenHost,
  ) {
    this.output = node.output;
    this.#plan = planAggregates(node, host.functions);
    const { reads } = this.#sink("none", true, []);
    const make = (of: Chain): Part => ({
      chain: of,
      // Groups have their keys and states in arrays of their own.
      keepsInput: false,
      program: new PipelineProgram(of, reads, host),
      keyColumns: this.#keyColumns(of),
      keySource: keySource(node.grouping, originsOf(of)),
      keys: this.#mayPass ? new OutputPlan(node.grouping, of, changesRows(of), multipliesRows(of)) : null,
      sink: this.#sink(
        node.grouping.length === 0 ? "none" : "hash",
        false,
        node.grouping.map(() => PLAIN),
      ),
    });
    this.feed = new PipelineFeed(source, chain, builds, reads, make, node.id, host);
  }

  /** Rows may leave as they are: whoever merges groups puts equal ones together. Equal keys of these types look the same. */
  get #mayPass(): boolean {
    const { mode, grouping, aggregates } = this.node;
    const plain = grouping.every(({ type }) => !["f64", "other"].includes(keyKind(type)));
    return mode === "partial" && grouping.length > 0 && aggregates.length === 0 && plain;
  }

  #keyColumns(chain: Chain): readonly number[] | null {
    const origins = originsOf(chain);
    const columns = this.node.grouping.map((key) => {
      const plain = plainAttribute(key);
      const origin = plain === null ? undefined : origins.get(plain.id);
      return origin?.source === 0 ? origin.index : -1;
    });
    return columns.length === 0 || columns.includes(-1) ? null : columns;
  }

  #sink(findBy: FindBy, sure: boolean, forms: readonly KeyForm[]): AggregateSink {
    const key = `${findBy}${sure}${formsText(forms)}`;
    let sink = this.#sinks.get(key);
    if (sink === undefined) {
      sink = new AggregateSink(this.node.grouping, this.#plan.states, findBy, sure, forms);
      this.#sinks.set(key, sink);
    }
    return sink;
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const groups = new Groups(this.node, this.#plan, task, this.host);
    const rows = new RowsAsGroups(this.node, task);
    try {
      for (const { part, run, batch } of this.feed.open(task)) {
        if (batch === null) continue;
        if (rows.pass) {
          const sample = rows.sampleOf(batch);
          if (sample > 0) {
            const before = groups.table.groups;
            const came = this.#take(batch, sample, part, groups.table, run, task);
            rows.sampled(came, groups.table.groups - before);
            if (!groups.fits()) {
              rows.sampleNoMore();
              yield* groups.leave();
            }
          }
          yield* rows.of(batch, sample, run, part.keys!);
          continue;
        }
        this.#take(batch, batch.length, part, groups.table, run, task);
        if (part.keys !== null && rows.decide(groups.table.groups)) {
          yield* groups.leave();
          continue;
        }
        if (groups.fits()) continue;
        // States may leave at any time: whoever merges them puts the parts of a group together.
        if (this.node.mode === "partial" || this.node.mode === "merge") {
          if (part.keys !== null) rows.full(groups.table.groups);
          yield* groups.leave();
        } else groups.spill();
      }
      yield* groups.finish((node, states) => this.#merged(node, states, task));
    } finally {
      groups.close();
    }
  }

  /** Spilled states of some of the groups, put together by an aggregate of their own. */
  #merged(node: HashAggregateExec, states: Operator, task: OpenTask): BatchSource {
    return new AggregateOperator(node, states, { input: states.output, steps: [] }, [], this.host).open(task);
  }

  /** The first `length` rows of a batch go into their groups. How many came through the pipeline. */
  #take(
    batch: ColumnBatch,
    length: number,
    { chain, keyColumns, keySource: source }: Part,
    table: GroupTable,
    run: PipelineRun,
    task: OpenTask,
  ): number {
    const byRow = source !== null && table.useRows(run.tables[source - 1]!);
    const findBy = byRow ? "row" : this.#findBy(batch, keyColumns, table);
    table.unnumberMany();
    const variantNow = (): Variant =>
      run.variant(
        batch,
        this.#sink(
          findBy,
          table.sure,
          table.keys.map((key) => key.form),
        ),
      );
    let variant = variantNow();
    const { sure, unnumbered } = variant.notes as AggregateNotes;
    if (unnumbered.length > 0 || (table.sure && !sure)) {
      for (const key of unnumbered) table.keys[key]!.unnumber();
      if (!sure) table.unsure();
      variant = variantNow();
    }
    const through = task.env.metrics(this.node.child.id);
    const before = through.rows;
    run.run(variant, batch, 0, length, table);
    return changesRows(chain) ? through.rows - before : length;
  }

  #findBy(batch: ColumnBatch, keyColumns: readonly number[] | null, table: GroupTable): FindBy {
    if (table.keys.length === 0) return "none";
    if (keyColumns === null) return table.canBeDirect ? this.#hashed(table) : "hash";
    const vectors = keyColumns.map((index) => batch.columns[index]!);
    if (table.canBeDirect && table.useDirect(vectors[0]!)) return "direct";
    const types = this.node.grouping.map((key) => key.type);
    if (vectors.every((vector, i) => hasCodes(vector, types[i]!)) && table.useCodes(vectors)) return "codes";
    return "hash";
  }

  #hashed(table: GroupTable): FindBy {
    return table.direct === null ? "hash" : "direct";
  }
}
