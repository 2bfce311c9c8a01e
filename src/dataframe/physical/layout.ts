/**
 * How an operator's rows lie over partitions and in what order, as far as it can be known before it runs: what says
 * where exchanges and sorts can be left out.
 */
import type { Attribute, Expression, NamedExpression, SortOrder } from "../expressions/expression";
import { mapChildren, sameExpression } from "../expressions/traverse";
import { substitute } from "../optimizer/predicates";

export interface Layout {
  /** Partitions; 1 satisfies every demand. */
  readonly count: number;
  /** Alternatives, all true: rows that agree on these expressions are in one partition, by Spark's hash of them. */
  readonly hashed: readonly (readonly Expression[])[];
  /** Rows are in ranges of this order over the partitions. */
  readonly range: readonly SortOrder[] | null;
  /** Alternatives, all true: rows are in ranges of one column's values. */
  readonly ranged?: readonly RangedColumn[];
  /** Each partition's rows are in this order. */
  readonly order: readonly SortOrder[];
}

/** Partition i has the rows with from[i] <= column < from[i + 1]; from[0] is -Infinity. No value is null. */
export interface RangedColumn {
  readonly column: Attribute;
  readonly from: readonly number[];
}

export const SINGLE: Layout = { count: 1, hashed: [], range: null, order: [] };

export function unknownLayout(count: number): Layout {
  return { count, hashed: [], range: null, order: [] };
}

/** Rows that agree on all of `keys` are in one partition. Without keys: all rows are. */
export function isClustered(layout: Layout, keys: readonly Expression[]): boolean {
  if (layout.count === 1) return true;
  const isKey = (expression: Expression): boolean => keys.some((key) => sameExpression(key, expression));
  if (layout.hashed.some((hashed) => hashed.length > 0 && hashed.every(isKey))) return true;
  if (layout.ranged?.some(({ column }) => isKey(column)) === true) return true;
  return layout.range !== null && layout.range.length > 0 && layout.range.every((order) => isKey(order.child));
}

export function isOrdered(layout: Layout, order: readonly SortOrder[]): boolean {
  return (
    order.length <= layout.order.length &&
    order.every((wanted, i) => {
      const given = layout.order[i] as SortOrder;
      return (
        wanted.ascending === given.ascending &&
        wanted.nullsFirst === given.nullsFirst &&
        sameExpression(wanted.child, given.child)
      );
    })
  );
}

/** The layout as it is above a projection: expressions under the names that they have there. */
export function projectLayout(layout: Layout, expressions: readonly NamedExpression[]): Layout {
  const translate = (expression: Expression): Expression | null => translated(expression, expressions);
  const hashed = layout.hashed.map((keys) => translateKeys(keys, translate)).filter((keys) => keys !== null);
  return {
    count: layout.count,
    hashed,
    range: layout.range === null ? null : translateAll(layout.range, translate),
    order: translatePrefix(layout.order, translate),
    ...(layout.ranged && { ranged: layout.ranged.flatMap((ranged) => renamedRange(ranged, translate)) }),
  };
}

/** The layout for operators that keep rows but give columns other ids, by position. */
export function renameLayout(layout: Layout, from: readonly Attribute[], to: readonly Attribute[]): Layout {
  const expressions = from.map((column, i): NamedExpression => {
    const target = to[i] as Attribute;
    return column.id === target.id ? column : { ...target, kind: "alias", child: column };
  });
  return projectLayout(layout, expressions);
}

function translated(expression: Expression, expressions: readonly NamedExpression[]): Expression | null {
  for (const named of expressions) {
    const source = named.kind === "alias" ? named.child : named;
    if (sameExpression(source, expression)) {
      const { id, name, type, nullable } = named;
      return named.kind === "attribute" ? named : { kind: "attribute", id, name, type, nullable, qualifier: [] };
    }
  }
  if (expression.kind === "attribute") return null;
  let missing = false;
  const mapped = mapChildren(expression, (child) => {
    const other = translated(child, expressions);
    if (other === null) missing = true;
    return other ?? child;
  });
  return missing ? null : mapped;
}

type Translate = (expression: Expression) => Expression | null;

function renamedRange({ column, from }: RangedColumn, translate: Translate): readonly RangedColumn[] {
  const renamed = translate(column);
  return renamed?.kind === "attribute" ? [{ column: renamed, from }] : [];
}

function translateKeys(keys: readonly Expression[], translate: Translate): readonly Expression[] | null {
  const found = keys.map(translate).filter((key) => key !== null);
  return found.length === keys.length ? found : null;
}

function translateAll(orders: readonly SortOrder[], translate: Translate): readonly SortOrder[] | null {
  const prefix = translatePrefix(orders, translate);
  return prefix.length === orders.length ? prefix : null;
}

function translatePrefix(orders: readonly SortOrder[], translate: Translate): readonly SortOrder[] {
  const kept: SortOrder[] = [];
  for (const order of orders) {
    const child = translate(order.child);
    if (child === null) break;
    kept.push({ ...order, child });
  }
  return kept;
}

export function ascending(expressions: readonly Expression[]): readonly SortOrder[] {
  return expressions.map((child) => ({ kind: "sortOrder", child, ascending: true, nullsFirst: true }));
}

/** What stands below a projection for expressions above it; null where one is computed there. */
export function through(
  expressions: readonly Expression[],
  projection: readonly NamedExpression[],
): readonly Expression[] | null {
  const values = new Map<number, Expression>();
  for (const named of projection) values.set(named.id, named.kind === "alias" ? named.child : named);
  return expressions.map((expression) => substitute(expression, values));
}
