/** Functions that take functions: arrow functions over columns become SQL lambdas. */
import { UsageError } from "../../../common/errors";
import type { UnresolvedExpression } from "../../syntax/expression";
import { Column } from "../column";
import type { ColumnOrName } from "../column";
import { call, column } from "./call";

let variables = 0;

/** `x => x.plus(1)` as a lambda of as many parameters as `f` has. Its variables have names that no lambda around it has. */
export function lambda(f: (...columns: Column[]) => Column, name: string, fewest: number, most = fewest): Column {
  if (typeof f !== "function") throw new UsageError("INVALID_ARGUMENT", `${name} needs a function of columns.`);
  const count = Math.min(Math.max(f.length, fewest), most);
  const params = ["x", "y", "z"].slice(0, count).map((letter) => `${letter}_${++variables}`);
  const body: unknown = f(...params.map((param) => new Column({ kind: "name", parts: [param] })));
  if (!(body instanceof Column)) {
    throw new UsageError("INVALID_ARGUMENT", `${name}: the function must give a Column, made of the columns that it gets.`);
  }
  const expression: UnresolvedExpression = { kind: "lambda", params, body: body.expression };
  return new Column(expression);
}

/** Each item of an array through `f`, which may take the item's index, too. */
export function transform(array: ColumnOrName, f: (item: Column, index: Column) => Column): Column {
  return call("transform", column(array), lambda(f, "transform", 1, 2));
}

/** The items for which `f` holds; `f` may take the item's index, too. */
export function filter(array: ColumnOrName, f: (item: Column, index: Column) => Column): Column {
  return call("filter", column(array), lambda(f, "filter", 1, 2));
}

/** Whether `f` holds for some item. */
export function exists(array: ColumnOrName, f: (item: Column) => Column): Column {
  return call("exists", column(array), lambda(f, "exists", 1));
}

/** Whether `f` holds for all items. */
export function forall(array: ColumnOrName, f: (item: Column) => Column): Column {
  return call("forall", column(array), lambda(f, "forall", 1));
}

/** Folds the items of an array into one value, from `initial` on; `finish` makes the result of it. */
export function aggregate(
  array: ColumnOrName,
  initial: ColumnOrName,
  merge: (accumulated: Column, item: Column) => Column,
  finish?: (accumulated: Column) => Column,
): Column {
  return fold("aggregate", array, initial, merge, finish);
}

/** As aggregate. */
export function reduce(
  array: ColumnOrName,
  initial: ColumnOrName,
  merge: (accumulated: Column, item: Column) => Column,
  finish?: (accumulated: Column) => Column,
): Column {
  return fold("reduce", array, initial, merge, finish);
}

function fold(
  name: string,
  array: ColumnOrName,
  initial: ColumnOrName,
  merge: (accumulated: Column, item: Column) => Column,
  finish: ((accumulated: Column) => Column) | undefined,
): Column {
  return call(
    name,
    column(array),
    column(initial),
    lambda(merge, name, 2),
    finish === undefined ? undefined : lambda(finish, name, 1),
  );
}

/** The items in their order, or in that of `comparator`, which gives a negative, zero or positive number. */
export function array_sort(array: ColumnOrName, comparator?: (left: Column, right: Column) => Column): Column {
  return call("array_sort", column(array), comparator === undefined ? undefined : lambda(comparator, "array_sort", 2));
}

/** Item by item of two arrays through `f`; the shorter is filled up with nulls. */
export function zip_with(left: ColumnOrName, right: ColumnOrName, f: (left: Column, right: Column) => Column): Column {
  return call("zip_with", column(left), column(right), lambda(f, "zip_with", 2));
}

/** The entries of a map for which `f` holds. */
export function map_filter(map: ColumnOrName, f: (key: Column, item: Column) => Column): Column {
  return call("map_filter", column(map), lambda(f, "map_filter", 2));
}

/** The values of two maps with the same keys through `f`; a key that one lacks has null there. */
export function map_zip_with(
  left: ColumnOrName,
  right: ColumnOrName,
  f: (key: Column, left: Column, right: Column) => Column,
): Column {
  return call("map_zip_with", column(left), column(right), lambda(f, "map_zip_with", 3));
}

/** The map with other keys. */
export function transform_keys(map: ColumnOrName, f: (key: Column, item: Column) => Column): Column {
  return call("transform_keys", column(map), lambda(f, "transform_keys", 2));
}

/** The map with other values. */
export function transform_values(map: ColumnOrName, f: (key: Column, item: Column) => Column): Column {
  return call("transform_values", column(map), lambda(f, "transform_values", 2));
}
