/** Several DataFrames in one: joins, set operations, subqueries. */
import { Column, checkedColumn, checkedExpression } from "../column";
import type { DataFrame } from "../dataframe";
import { joinTypeOf } from "../join-types";
import type { JoinTypeName, SemiJoinName } from "../join-types";
import { located } from "../located";
import { nearestByJoin } from "../../syntax/nearest-by-join";
import { TableArg } from "../table-arg";
import { tableFunctionPlan } from "../tvf";
import { checkDataFrame } from "./arguments";
import type { AnyColumns, Columns, IfKnown, NameOf } from "../../types/typed-columns";

export interface JoinMethods<S extends Columns> {
  /**
   * Joined with another DataFrame: on a name or names that both have, which then stand once in the result, or on a condition.
   *
   * @example people.join(cities, "city", "left")
   */
  join<R extends Columns, K extends NameOf<S> & NameOf<R>>(
    right: DataFrame<R>,
    on: K | readonly K[],
    how: SemiJoinName,
  ): DataFrame<S>;
  join<R extends Columns, K extends NameOf<S> & NameOf<R>>(
    right: DataFrame<R>,
    on: K | readonly K[],
    how?: JoinTypeName,
  ): DataFrame<IfKnown<S, IfKnown<R, S & Omit<R, K>, AnyColumns>, AnyColumns>>;
  join(
    right: DataFrame,
    on?: Column | IfKnown<S, never, string> | readonly (NameOf<S> | Column)[] | null,
    how?: JoinTypeName,
  ): DataFrame;

  /** Every row with every row of the other. */
  crossJoin(right: DataFrame): DataFrame;

  /**
   * Every row with the rows that the other, which may refer to it by `col("x").outer()`, has for it. The other may be a call of a
   * function that functions.udtf made.
   */
  lateralJoin(right: DataFrame | Column, on?: Column | null, how?: JoinTypeName): DataFrame;

  /**
   * Each row with the rows of the other, at most `numResults`, for which an expression over both is least ("distance") or greatest
   * ("similarity"). Where it is null they do not match. All pairs are looked at, with `mode` "approx" as with "exact".
   *
   * @example users.nearestByJoin(shops, F.abs(users.col("x").minus(shops.col("x"))), 3, "exact", "distance")
   */
  nearestByJoin(
    other: DataFrame,
    ranking: Column,
    numResults: number,
    mode: "approx" | "exact",
    direction: "distance" | "similarity",
    options?: { readonly joinType?: "inner" | "leftouter" | "left" },
  ): DataFrame;

  /** All rows of both, columns by their positions. */
  union(other: DataFrame): DataFrame<S>;
  unionAll(other: DataFrame): DataFrame<S>;

  /** All rows of both, columns by their names; with `allowMissingColumns` those that one lacks are null there. */
  unionByName(other: DataFrame, how?: boolean | { readonly allowMissingColumns?: boolean }): DataFrame;

  /** Distinct rows that are in both. */
  intersect(other: DataFrame): DataFrame<S>;

  /** Rows that are in both, as often as in the one that has fewer. */
  intersectAll(other: DataFrame): DataFrame<S>;

  /** Distinct rows that the other does not have. */
  subtract(other: DataFrame): DataFrame<S>;
  except(other: DataFrame): DataFrame<S>;

  /** Rows less those of the other, one for one. */
  exceptAll(other: DataFrame): DataFrame<S>;

  /** This query as a value in another: of one row and column. */
  scalar(): Column;

  /** Whether this query has rows, as a condition in another. */
  exists(): Column;

  /** This DataFrame as the argument of a table function: `total(df.asTable().partitionBy("city"))`. */
  asTable(): TableArg;
}

export const joinMethods: JoinMethods<AnyColumns> & ThisType<DataFrame> = {
  join(right: DataFrame, on?: string | Column | readonly (string | Column)[] | null, how: JoinTypeName = "inner") {
    checkDataFrame("join", right);
    return this.derive("join", (at) => {
      const type = joinTypeOf(how);
      const join = { kind: "join", left: this.plan, right: right.plan, type } as const;
      const list = on === undefined || on === null ? [] : [on].flat();
      if (list.length === 0) return join;
      if (list.every((item) => typeof item === "string")) return { ...join, using: list };
      const condition = list
        .map((item) => located(checkedColumn("join", item), at))
        .reduce((a, b) => ({ kind: "call", name: ["and"], args: [a, b], operator: true, at }));
      return { ...join, condition };
    });
  },
  crossJoin(right) {
    checkDataFrame("crossJoin", right);
    return this.derive("crossJoin", () => ({ kind: "join", left: this.plan, right: right.plan, type: "cross" }));
  },
  lateralJoin(right, on, how = "inner") {
    const call = right instanceof Column && right.expression.kind === "userFunction" ? right.expression : null;
    if (call?.fn.form !== "table") checkDataFrame("lateralJoin", right);
    return this.derive("lateralJoin", (at) => ({
      kind: "join",
      left: this.plan,
      right: call === null ? (right as DataFrame).plan : tableFunctionPlan(call.fn, call.args, at),
      type: joinTypeOf(how),
      lateral: true,
      ...(on && { condition: located(on.expression, at) }),
    }));
  },
  nearestByJoin(other, ranking, numResults, mode, direction, options) {
    checkDataFrame("nearestByJoin", other);
    return this.derive("nearestByJoin", (at) =>
      nearestByJoin({
        left: this.plan,
        right: other.plan,
        ranking: located(checkedExpression("nearestByJoin: the ranking", ranking), at),
        numResults,
        mode,
        direction,
        type: joinTypeOf(options?.joinType ?? "inner"),
        at,
      }),
    );
  },
  union(other) {
    return setOperation(this, "union", "union", other, { all: true });
  },
  unionAll(other) {
    return setOperation(this, "unionAll", "union", other, { all: true });
  },
  unionByName(other, how = false) {
    const allowMissingColumns = typeof how === "object" ? how.allowMissingColumns === true : how;
    return setOperation(this, "unionByName", "union", other, { all: true, byName: true, allowMissingColumns });
  },
  intersect(other) {
    return setOperation(this, "intersect", "intersect", other, { all: false });
  },
  intersectAll(other) {
    return setOperation(this, "intersectAll", "intersect", other, { all: true });
  },
  subtract(other) {
    return setOperation(this, "subtract", "except", other, { all: false });
  },
  except(other) {
    return this.subtract(other);
  },
  exceptAll(other) {
    return setOperation(this, "exceptAll", "except", other, { all: true });
  },
  scalar() {
    return new Column({ kind: "scalarSubquery", plan: this.plan });
  },
  exists() {
    return new Column({ kind: "exists", plan: this.plan });
  },
  asTable() {
    return TableArg.of(this);
  },
};

function setOperation(
  df: DataFrame,
  scope: string,
  operation: "union" | "intersect" | "except",
  other: DataFrame,
  how: { readonly all: boolean; readonly byName?: boolean; readonly allowMissingColumns?: boolean },
): DataFrame {
  checkDataFrame(scope, other);
  return df.derive(scope, () => ({
    kind: "setOperation",
    operation,
    byName: false,
    allowMissingColumns: false,
    ...how,
    left: df.plan,
    right: other.plan,
  }));
}
