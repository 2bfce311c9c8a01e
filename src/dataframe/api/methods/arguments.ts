/** What methods of DataFrames are given: columns, SQL text, other DataFrames. */
import { UsageError } from "../../../common/errors";
import type { QueryContext } from "../../errors";
import { parseExpression } from "../../sql/parse";
import type { UnresolvedExpression } from "../../syntax/expression";
import { refusePlainly } from "../check";
import { checkedColumn } from "../column";
import type { Column } from "../column";
import type { DataFrame } from "../dataframe";
import { DataFrameBase } from "../dataframe-base";
import { located } from "../located";
import type { AnyColumns, Columns, ColumnText } from "../../types/typed-columns";

export type ColumnArguments<S extends Columns = AnyColumns> = readonly (
  Column | ColumnText<S> | readonly (Column | ColumnText<S>)[]
)[];

/** Columns, or their positions in the row: 1 is the first. */
export type PlacedArguments<S extends Columns = AnyColumns> = readonly (
  Column | ColumnText<S> | number | readonly (Column | ColumnText<S> | number)[]
)[];

/** A position counts from 1. */
export function checkPosition(scope: string, position: number): void {
  if (Number.isInteger(position) && position !== 0) return;
  throw new UsageError("ZERO_INDEX", `${scope}: positions of columns are whole numbers from 1, not ${position}.`);
}

export function columnsOf(scope: string, list: ColumnArguments, at: QueryContext): UnresolvedExpression[] {
  return list.flat().map((column) => located(checkedColumn(scope, column), at));
}

export function orderOf(scope: string, list: ColumnArguments, at: QueryContext): UnresolvedExpression[] {
  return columnsOf(scope, list, at).map((child) =>
    child.kind === "sortOrder" ? child : { kind: "sortOrder", child, ascending: true, nullsFirst: null, at },
  );
}

export function parsed(df: DataFrame, text: string): UnresolvedExpression {
  return parseExpression(text, { ...df.sparkSession.core.parseOptions(), seeds: true });
}

export function checkDataFrame(call: string, other: unknown): void {
  if (!(other instanceof DataFrameBase)) refusePlainly(`${call}: the other side`, "a DataFrame", other);
}

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
