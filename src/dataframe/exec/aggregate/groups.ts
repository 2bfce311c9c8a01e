/**
 * The groups of one task: a table, and where it outgrows the task's memory spilled states, which are divided by the hash of
 * their keys and merged part by part at the end.
 */
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { AggregateCall, Attribute } from "../../expressions/expression";
import type { Accumulator } from "../../functions/registry";
import type { HashAggregateExec } from "../../physical/plan";
import { counted, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { MemoryClaim } from "../spill/memory-claim";
import { MAX_SPILL_LEVEL, SpillPartitions } from "../spill/partitions";
import type { AggregatePlan } from "./plan";
import type { StatePlan } from "./states";
import { GroupTable } from "./table";

/** Groups of one batch of results. */
const BATCH_GROUPS = 16384;

/** Bytes of the values of groups. */
const WORTH_A_FILE = 1 << 20;

/** How deep aggregates of spilled states are within each other, by their nodes. */
const levels = new WeakMap<HashAggregateExec, number>();

export class Groups {
  table: GroupTable;
  readonly #claim: MemoryClaim;
  readonly #level: number;
  readonly #accumulators = new Map<AggregateCall, Accumulator>();
  readonly #started = process.hrtime.bigint();
  #spilled: SpillPartitions | null = null;

  constructor(
    private readonly node: HashAggregateExec,
    private readonly plan: AggregatePlan,
    private readonly task: OpenTask,
    private readonly host: CodegenHost,
  ) {
    this.#claim = new MemoryClaim(task.env.memory);
    this.#level = levels.get(node) ?? 0;
    this.table = this.#newTable();
  }

  #newTable(): GroupTable {
    return new GroupTable(
      this.node.grouping.map((key) => key.type),
      this.plan.states,
      (plan: StatePlan) => this.#accumulatorOf((plan as Extract<StatePlan, { kind: "boxed" }>).call),
      (bytes) => this.#claim.reach(bytes),
    );
  }

  readonly #accumulatorOf = (call: AggregateCall): Accumulator => {
    let made = this.#accumulators.get(call);
    if (made === undefined) {
      made =
        call.user === undefined
          ? this.host.functions.aggregate(call.fn).accumulator(call, this.task.evaluation)
          : this.task.services.userFunctions.aggregate(call);
      this.#accumulators.set(call, made);
    }
    return made;
  };

  /** Whether there is memory for the table as it is; if not it should leave or be spilled. */
  fits(): boolean {
    const { table } = this;
    // No table of few groups is worth a file, and one group cannot be divided: its parts can leave.
    if (table.groups < 1024 && table.valueBytes < WORTH_A_FILE) return true;
    if (table.groups === 1 && (this.node.mode === "final" || this.node.mode === "complete")) return true;
    if (this.#level >= MAX_SPILL_LEVEL) return true;
    const { memory } = this.task.env;
    if (this.plan.states.some((state) => state.kind === "boxed") && memory.heapFull()) return false;
    return this.#claim.reach(table.bytes);
  }

  /** The groups so far, as partial states; the table is empty after that. */
  *leave(): Generator<ColumnBatch, void, undefined> {
    yield* this.#counted(this.#results(this.plan.columns));
    this.#reset();
  }

  *#counted(batches: Iterable<ColumnBatch>): Generator<ColumnBatch, void, undefined> {
    const metrics = this.task.env.metrics(this.node.id);
    for (const batch of batches) yield counted(batch, metrics);
  }

  spill(): void {
    this.#spilled ??= new SpillPartitions(
      this.task,
      this.node.id,
      this.node.grouping.map((key) => key.type),
      this.#level,
    );
    const keys = this.node.grouping.length;
    for (const batch of this.#results(this.plan.stateColumns)) this.#spilled.append(batch, batch.columns.slice(0, keys));
    this.#reset();
  }

  #reset(): void {
    this.table = this.#newTable();
    this.#claim.release();
  }

  /** All groups as the node gives them. `merge` makes the source of an aggregate over spilled states. */
  *finish(merge: (node: HashAggregateExec, states: Operator) => BatchSource): Generator<ColumnBatch, void, undefined> {
    const metrics = this.task.env.metrics(this.node.id);
    metrics.timeNs += Number(process.hrtime.bigint() - this.#started);
    if (this.#spilled === null) {
      yield* this.#counted(this.#results(this.plan.columns));
      return;
    }
    this.spill();
    const node = this.#mergingNode();
    for (const file of this.#spilled.files) {
      if (file.rows === 0) continue;
      const source = merge(node, { output: node.child.output, open: () => sourceOf(file.batches()) });
      try {
        for (let batch = source.next(); batch !== null; batch = source.next()) yield batch;
      } finally {
        source.close();
      }
    }
  }

  /** As this node, over its own states. */
  #mergingNode(): HashAggregateExec {
    const { node } = this;
    const keys = node.grouping.map(({ id, name, type, nullable }): Attribute => ({
      kind: "attribute",
      id,
      name,
      type,
      nullable,
      qualifier: [],
    }));
    const output = [...keys, ...node.aggregates.flatMap((item) => item.state)];
    const child = { ...node.child, output };
    const mode = node.mode === "merge" || node.mode === "partial" ? "merge" : "final";
    const merging: HashAggregateExec = { ...node, mode, grouping: keys, child };
    levels.set(merging, this.#level + 1);
    return merging;
  }

  *#results(of: AggregatePlan["columns"]): Generator<ColumnBatch, void, undefined> {
    const { table } = this;
    table.unsure();
    for (let from = 0; from < table.groups; from += BATCH_GROUPS) {
      const to = Math.min(table.groups, from + BATCH_GROUPS);
      const keys = table.keys.map((key) => key.vector(from, to, table.groups));
      const columns: Vector[] = of.flatMap((each) => [...each(table.states, from, to, this.#accumulatorOf)]);
      yield { length: to - from, columns: [...keys, ...columns] };
    }
  }

  close(): void {
    this.#claim.release();
    this.#spilled?.remove();
  }
}
