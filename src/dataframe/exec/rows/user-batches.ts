/** Users' functions over batches and groups of rows. How a function sees its batches is decided by the services. */
import { boxedReader, concatBatches, sliceBatch, vectorBuilder } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import type { ApplyInGroupsExec, CogroupExec, MapBatchesExec, ScriptTransformExec } from "../../physical/plan";
import type { GroupKey } from "../ports";
import { drain, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
import { sortKey, type SortKey } from "../sort/keys";
import { compareRows } from "../sort/permutation";

export class MapBatchesOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    private readonly node: MapBatchesExec,
    private readonly child: Operator,
  ) {
    this.output = node.output;
  }

  open(task: OpenTask): BatchSource {
    return task.services.userFunctions.mapBatches(this.node.fn, this.child.open(task), this.child.output, this.output, task.env);
  }
}

export class ScriptTransformOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #input: Projection;

  constructor(
    private readonly node: ScriptTransformExec,
    private readonly child: Operator,
    host: CodegenHost,
  ) {
    this.output = node.output;
    this.#input = new Projection(node.input, child.output, host);
  }

  open(task: OpenTask): BatchSource {
    const project = this.#input.open(task);
    const source = this.child.open(task);
    const input: BatchSource = {
      next() {
        const batch = source.next();
        return batch === null ? null : { length: batch.length, columns: project(batch) };
      },
      close: () => source.close(),
    };
    return task.services.userFunctions.scriptTransform(this.node, input, task.env);
  }
}

/** The rows of a partition that are sorted by their grouping, and where each group ends. */
class GroupedRows {
  readonly rows: ColumnBatch;
  readonly keys: readonly SortKey[];
  readonly #places: readonly number[];

  constructor(
    batches: readonly ColumnBatch[],
    input: readonly Attribute[],
    private readonly grouping: readonly Attribute[],
  ) {
    this.rows =
      batches.length === 0
        ? { length: 0, columns: input.map((attribute) => vectorBuilder(attribute.type, 0).finish()) }
        : concatBatches(batches);
    this.#places = grouping.map(({ id }) => input.findIndex((attribute) => attribute.id === id));
    this.keys = grouping.map((attribute, i) =>
      sortKey(this.rows.columns[this.#places[i]!]!, attribute.type, {
        kind: "sortOrder",
        child: attribute,
        ascending: true,
        nullsFirst: true,
      }),
    );
  }

  endOf(from: number): number {
    let to = from + 1;
    while (to < this.rows.length && compareRows(this.keys, 0, from, to) === 0) to++;
    return to;
  }

  key(row: number): GroupKey {
    const values = this.grouping.map(({ type }, i) => boxedReader(this.rows.columns[this.#places[i]!]!, type)(row));
    return { values, columns: this.grouping };
  }
}

export class ApplyInGroupsOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    private readonly node: ApplyInGroupsExec,
    private readonly child: Operator,
  ) {
    this.output = node.output;
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const batches: ColumnBatch[] = [];
    drain(this.child.open(task), task, (batch) => batches.push(batch));
    const groups = new GroupedRows(batches, this.child.output, this.node.grouping);
    for (let from = 0; from < groups.rows.length;) {
      task.env.checkInterrupted();
      const to = groups.endOf(from);
      const group = sliceBatch(groups.rows, from, to);
      const made = task.services.userFunctions.applyInGroups(
        this.node.fn,
        groups.key(from),
        group,
        this.child.output,
        this.output,
      );
      if (made.length > 0) yield made;
      from = to;
    }
  }
}

export class CogroupOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    private readonly node: CogroupExec,
    private readonly left: Operator,
    private readonly right: Operator,
  ) {
    this.output = node.output;
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const read = (side: Operator): ColumnBatch[] => {
      const batches: ColumnBatch[] = [];
      drain(side.open(task), task, (batch) => batches.push(batch));
      return batches;
    };
    const left = new GroupedRows(read(this.left), this.left.output, this.node.leftGrouping);
    const right = new GroupedRows(read(this.right), this.right.output, this.node.rightGrouping);
    // Keys of both sides, one behind the other, so that one comparison knows both.
    const both = this.node.leftGrouping.map((attribute, i): SortKey => {
      const column = (side: GroupedRows, grouping: readonly Attribute[], output: readonly Attribute[]): ColumnBatch => {
        const place = output.findIndex(({ id }) => id === grouping[i]!.id);
        return { length: side.rows.length, columns: [side.rows.columns[place]!] };
      };
      const parts = [
        column(left, this.node.leftGrouping, this.left.output),
        column(right, this.node.rightGrouping, this.right.output),
      ];
      return sortKey(concatBatches(parts).columns[0]!, attribute.type, {
        kind: "sortOrder",
        child: attribute,
        ascending: true,
        nullsFirst: true,
      });
    });
    let [l, r] = [0, 0];
    while (l < left.rows.length || r < right.rows.length) {
      task.env.checkInterrupted();
      const order = l === left.rows.length ? 1 : r === right.rows.length ? -1 : compareRows(both, 0, l, left.rows.length + r);
      const lEnd = order <= 0 ? left.endOf(l) : l;
      const rEnd = order >= 0 ? right.endOf(r) : r;
      const made = task.services.userFunctions.cogroup(
        this.node.fn,
        order <= 0 ? left.key(l) : right.key(r),
        sliceBatch(left.rows, l, lEnd),
        sliceBatch(right.rows, r, rEnd),
        [this.left.output, this.right.output],
        this.output,
      );
      [l, r] = [lEnd, rEnd];
      if (made.length > 0) yield made;
    }
  }
}
