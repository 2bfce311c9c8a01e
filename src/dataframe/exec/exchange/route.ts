/** Where rows of a stage go: routers for the ways in which an exchange lays rows out. */
import { boxedReader, hashBoxed } from "../../../columnar/batch";
import { InternalError } from "../../../common/errors";
import type { Boxed } from "../../../columnar/types";
import { compareValues } from "../../expressions/compare";
import type { Expression, SortOrder } from "../../expressions/expression";
import type { Partitioning } from "../../physical/plan";
import { hashRouter, roundRobinRouter, type Router } from "./shuffle-writer";
import type { ColumnBatch, Vector } from "../../../columnar/vector";

/** Columns of expressions over a batch of the stage's output. */
export type Columns = (expressions: readonly Expression[]) => (batch: ColumnBatch) => readonly Vector[];

/** How many partitions `partitioning` has, and the router; null where all rows go to one. */
export function routerOf(
  partitioning: Partitioning,
  bounds: readonly (readonly Boxed[])[] | undefined,
  columns: Columns,
  partition: number,
): { readonly numPartitions: number; readonly route: Router | null } {
  switch (partitioning.kind) {
    case "single":
    case "broadcast":
      return { numPartitions: 1, route: null };
    case "hash": {
      const { expressions, numPartitions } = partitioning;
      if (numPartitions === 1) return { numPartitions, route: null };
      const types = expressions.map((expression) => expression.type);
      return { numPartitions, route: hashRouter(columns(expressions), types, numPartitions) };
    }
    case "id": {
      const { expression, numPartitions } = partitioning;
      return { numPartitions, route: idRouter(expression, numPartitions, columns) };
    }
    case "roundRobin": {
      const { numPartitions, deal } = partitioning;
      if (deal === "tasks") return { numPartitions, route: (_, out) => out.fill(partition % numPartitions) };
      // Spark's start: a draw by partition.
      const start = Math.abs(hashBoxed(partition, { kind: "int" }, 42)) % numPartitions;
      return { numPartitions, route: roundRobinRouter(start, numPartitions) };
    }
    case "range": {
      if (bounds === undefined) throw new InternalError("A range exchange has no bounds.");
      return { numPartitions: bounds.length + 1, route: rangeRouter(partitioning.order, bounds, columns) };
    }
    case "unknown":
      throw new InternalError("An exchange must say where rows go.");
  }
}

/** By the number that a column says, modulo `numPartitions`; null is 0. */
function idRouter(id: Expression, numPartitions: number, columns: Columns): Router {
  const ids = columns([id]);
  return (batch, out) => {
    const read = boxedReader(ids(batch)[0]!, id.type);
    for (let row = 0; row < batch.length; row++) {
      const remainder = Number(read(row) ?? 0) % numPartitions;
      out[row] = remainder < 0 ? remainder + numPartitions : remainder;
    }
  };
}

/** Partition i takes the rows after bounds[i - 1], up to and including bounds[i], in `order`. */
function rangeRouter(order: readonly SortOrder[], bounds: readonly (readonly Boxed[])[], columns: Columns): Router {
  const keys = columns(order.map(({ child }) => child));
  const compare = rowOrder(order);
  return (batch, out) => {
    const readers = keys(batch).map((vector, i) => boxedReader(vector, order[i]!.child.type));
    for (let row = 0; row < batch.length; row++) {
      let low = 0;
      let high = bounds.length;
      const key = readers.map((read) => read(row));
      while (low < high) {
        const middle = (low + high) >> 1;
        if (compare(key, bounds[middle]!) <= 0) high = middle;
        else low = middle + 1;
      }
      out[row] = low;
    }
  };
}

/** Compares rows of sort keys. */
export function rowOrder(order: readonly SortOrder[]): (a: readonly Boxed[], b: readonly Boxed[]) => number {
  const compares = order.map(({ child }) => compareValues(child.type));
  return (a, b) => {
    for (let i = 0; i < order.length; i++) {
      const { ascending, nullsFirst } = order[i]!;
      const [x, y] = [a[i]!, b[i]!];
      if (x === null || y === null) {
        if (x === null && y === null) continue;
        return (x === null) === nullsFirst ? -1 : 1;
      }
      const compared = compares[i]!(x, y);
      if (compared !== 0) return ascending ? compared : -compared;
    }
    return 0;
  };
}
