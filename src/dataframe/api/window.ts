/** Window specifications: which rows an aggregate or window function looks at. */
import { inspect } from "node:util";
import type { UnresolvedBound, UnresolvedExpression, UnresolvedFrame, UnresolvedWindow } from "../syntax/expression";
import { checkedColumn, Column } from "./column";
import type { ColumnOrName } from "./column";
import { windowText } from "./expression-text";
import { literalOf } from "./literal";

/** An offset of rows, negative before the current one; for ranges also a Column (an interval). */
export type WindowBound = number | bigint | Column;

/** As Spark's: beyond these an offset means "to the end". */
const UNBOUNDED = 2 ** 63;
const NEARLY_UNBOUNDED = 2 ** 53 - 1;

function boundOf(bound: WindowBound): UnresolvedBound {
  if (bound instanceof Column) {
    const { expression } = bound;
    if (expression.kind === "call" && expression.name[0] === "negative" && expression.operator === true) {
      return { kind: "preceding", offset: expression.args[0]! };
    }
    return { kind: "following", offset: expression };
  }
  const offset = Number(bound);
  if (offset === 0) return { kind: "currentRow" };
  if (offset <= -NEARLY_UNBOUNDED) return { kind: "unboundedPreceding" };
  if (offset >= NEARLY_UNBOUNDED) return { kind: "unboundedFollowing" };
  return { kind: "following", offset: literalOf(offset) };
}

function list(call: string, columns: readonly (ColumnOrName | readonly ColumnOrName[])[]): readonly UnresolvedExpression[] {
  return columns.flat().map((column) => checkedColumn(call, column));
}

/** Immutable: each method gives another. Made by `Window`. */
export class WindowSpec {
  /** Internal. */
  readonly window: UnresolvedWindow;

  constructor(window: UnresolvedWindow) {
    this.window = window;
  }

  /** Rows with equal values of these columns are one partition. */
  partitionBy(...columns: readonly (ColumnOrName | readonly ColumnOrName[])[]): WindowSpec {
    return new WindowSpec({ ...this.window, partitionBy: list("partitionBy", columns) });
  }

  /** The order within a partition. With it the frame is, unless given, from the first row to the current one and those equal to it. */
  orderBy(...columns: readonly (ColumnOrName | readonly ColumnOrName[])[]): WindowSpec {
    const orderBy = list("orderBy", columns).map((child): UnresolvedExpression =>
      child.kind === "sortOrder" ? child : { kind: "sortOrder", child, ascending: true, nullsFirst: null },
    );
    return new WindowSpec({ ...this.window, orderBy });
  }

  /** The frame by positions: `rowsBetween(-1, 0)` is the row before and the current one. */
  rowsBetween(start: WindowBound, end: WindowBound): WindowSpec {
    return this.#frame("rows", start, end);
  }

  /** The frame by values of the order column: `rangeBetween(-10, 0)` are the rows whose value is at most 10 less. */
  rangeBetween(start: WindowBound, end: WindowBound): WindowSpec {
    return this.#frame("range", start, end);
  }

  toString(): string {
    return `WindowSpec ${windowText(this.window)}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  #frame(unit: UnresolvedFrame["unit"], start: WindowBound, end: WindowBound): WindowSpec {
    return new WindowSpec({ ...this.window, frame: { unit, start: boundOf(start), end: boundOf(end) } });
  }
}

const EMPTY = new WindowSpec({ partitionBy: [], orderBy: [] });

/**
 * Where window specifications begin.
 *
 * @example
 * const w = Window.partitionBy("city").orderBy(col("pay").desc());
 * people.withColumn("rank", functions.rank().over(w));
 */
export const Window = {
  unboundedPreceding: -UNBOUNDED,
  unboundedFollowing: UNBOUNDED,
  currentRow: 0,
  partitionBy: (...columns: readonly (ColumnOrName | readonly ColumnOrName[])[]): WindowSpec => EMPTY.partitionBy(...columns),
  orderBy: (...columns: readonly (ColumnOrName | readonly ColumnOrName[])[]): WindowSpec => EMPTY.orderBy(...columns),
  rowsBetween: (start: WindowBound, end: WindowBound): WindowSpec => EMPTY.rowsBetween(start, end),
  rangeBetween: (start: WindowBound, end: WindowBound): WindowSpec => EMPTY.rangeBetween(start, end),
} as const;
