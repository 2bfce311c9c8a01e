/**
 * How many rows and bytes a plan gives, estimated: what join order, join kind and partition counts go by. Never what an answer
 * depends on. Where a relation does not say how many rows it has, its size divided by the width of a row stands in.
 */
import { unreachable } from "../../common/errors";
import type { DataType } from "../../columnar/types";
import type { Attribute, Expression, ExprId } from "../expressions/expression";
import { childrenOf, walkPlan } from "../logical/traverse";
import { outputOf } from "../logical/output";
import type { Aggregate, CteReference, Join, LogicalPlan, Scan, WithCte } from "../logical/plan";
import { equiKeys } from "./equi-keys";
import { conjuncts, isDiscrete, plainColumn } from "./predicates";
import { selectivity } from "./selectivity";

export interface ColumnEstimate {
  /** Different values in the column's relation, before filters; null: not known. */
  readonly distinct: number | null;
  /** An upper bound of `distinct` that is always there: rows of the relation the column comes from. */
  readonly domain: number;
  /** Numbers of the boxed form; null where there are none. */
  readonly min: number | null;
  readonly max: number | null;
  readonly nullFraction: number;
}

export interface Estimate {
  readonly rows: number;
  readonly bytes: number;
  readonly columns: ReadonlyMap<ExprId, ColumnEstimate>;
}

export class Statistics {
  #known = new WeakMap<LogicalPlan, Estimate>();
  readonly #measured = new Map<LogicalPlan, { readonly rows: number | null; readonly bytes: number }>();
  readonly #ctes = new Map<number, LogicalPlan>();

  /** @param plan what is asked about is in it: references to its CTEs are estimated by their definitions. */
  constructor(plan?: LogicalPlan) {
    if (plan === undefined) return;
    walkPlan(plan, (node) => {
      if (node.kind === "withCte") this.defines(node);
    });
  }

  /** References to these CTEs are estimated by their definitions from now on. */
  defines(node: Pick<WithCte, "definitions">): void {
    for (const { id, plan } of node.definitions) this.#ctes.set(id, plan);
  }

  /** What was measured when a part of the query had run takes the place of its estimate. */
  measured(plan: LogicalPlan, rows: number | null, bytes: number): void {
    this.#measured.set(plan, { rows, bytes });
    this.#known = new WeakMap<LogicalPlan, Estimate>();
  }

  isMeasured(plan: LogicalPlan): boolean {
    return this.#measured.has(plan);
  }

  of(plan: LogicalPlan): Estimate {
    const found = this.#known.get(plan);
    if (found !== undefined) return found;
    const measured = this.#measured.get(plan);
    const computed = this.#compute(plan);
    const estimate = measured === undefined ? computed : corrected(plan, computed, measured);
    this.#known.set(plan, estimate);
    return estimate;
  }

  #reference(plan: CteReference): Estimate {
    const definition = this.#ctes.get(plan.id);
    if (definition === undefined) return leaf(plan.output, UNKNOWN_ROWS);
    const estimate = this.of(definition);
    const columns = new Map<ExprId, ColumnEstimate>();
    outputOf(definition).forEach(({ id }, i) => {
      const known = estimate.columns.get(id);
      if (known !== undefined) columns.set(plan.output[i]!.id, known);
    });
    return { ...estimate, columns };
  }

  #compute(plan: LogicalPlan): Estimate {
    switch (plan.kind) {
      case "scan":
        return this.#scan(plan);
      case "localRelation":
        return leaf(plan.output, plan.rows.length);
      case "externalRelation": {
        const width = rowWidth(plan.output);
        const rows = plan.rowCount ?? (plan.sizeInBytes === null ? UNKNOWN_ROWS : plan.sizeInBytes / width);
        return { ...leaf(plan.output, rows), bytes: plan.sizeInBytes ?? (plan.rowCount === null ? Infinity : rows * width) };
      }
      case "range":
        return leaf(plan.output, Math.max(0, Math.ceil(Number(plan.end - plan.start) / Number(plan.step))));
      case "cteReference":
        return this.#reference(plan);
      case "withCte":
        this.defines(plan);
        return this.of(plan.child);
      case "recursiveCte":
        return leaf(plan.output, this.of(plan.anchor).rows * 10);
      case "project": {
        const child = this.of(plan.child);
        const columns = new Map<ExprId, ColumnEstimate>();
        for (const expression of plan.expressions) {
          const source = expression.kind === "alias" ? plainColumn(expression.child) : expression;
          const known = source === null ? undefined : child.columns.get(source.id);
          if (known !== undefined) columns.set(expression.id, known);
        }
        return sized(plan, child.rows, columns);
      }
      case "filter": {
        const child = this.of(plan.child);
        const parts = conjuncts(plan.condition);
        // Who asks expects a row: less than one would make all that is joined with it vanish.
        const rows = Math.max(Math.min(1, child.rows), child.rows * selectivity(parts, child));
        return sized(plan, rows, narrowedBy(parts, child.columns));
      }
      case "join":
        return this.#join(plan);
      case "aggregate":
        return this.#aggregate(plan);
      case "limit": {
        const child = this.of(plan.child);
        return sized(plan, Math.min(plan.limit ?? Infinity, Math.max(0, child.rows - plan.offset)), child.columns);
      }
      case "tail": {
        const child = this.of(plan.child);
        return sized(plan, Math.min(plan.limit, child.rows), child.columns);
      }
      case "union":
        return leaf(
          plan.output,
          plan.children.reduce((sum, child) => sum + this.of(child).rows, 0),
        );
      case "setOperation": {
        const left = this.of(plan.left);
        return sized(
          plan,
          plan.operation === "intersect" ? Math.min(left.rows, this.of(plan.right).rows) : left.rows,
          left.columns,
        );
      }
      case "distinct": {
        const child = this.of(plan.child);
        return sized(plan, groups(outputOf(plan.child), child), child.columns);
      }
      case "sample": {
        const child = this.of(plan.child);
        return sized(plan, child.rows * (plan.upper - plan.lower), child.columns);
      }
      case "expand":
        return leaf(plan.output, this.of(plan.child).rows * plan.projections.length);
      case "generate": {
        const child = this.of(plan.child);
        return sized(plan, child.rows * 5, child.columns);
      }
      case "sort":
      case "repartition":
      case "subqueryAlias":
      case "appendColumns":
      case "window":
      case "collectMetrics":
      case "hint": {
        const child = this.of(plan.child);
        return sized(plan, child.rows, child.columns);
      }
      case "mapBatches":
      case "applyInGroups":
      case "scriptTransform":
        return leaf(plan.output, this.of(plan.child).rows);
      case "cogroup":
        return leaf(plan.output, this.of(plan.left).rows + this.of(plan.right).rows);
      default:
        return unreachable(plan);
    }
  }

  #scan(plan: Scan): Estimate {
    const { relation } = plan;
    const { statistics } = relation;
    const fullWidth = relation.schema.fields.reduce((sum, field) => sum + typeWidth(field.type), ROW_OVERHEAD);
    const rows = statistics.rowCount ?? statistics.sizeInBytes / fullWidth;
    const columns = new Map<ExprId, ColumnEstimate>();
    plan.output.forEach((column, i) => {
      const path = plan.columns[i] as readonly string[];
      const known = path.length === 1 ? statistics.columns[path[0] as string] : undefined;
      const min = typeof known?.min === "number" ? known.min : null;
      const max = typeof known?.max === "number" ? known.max : null;
      const distinct = known?.distinctCount ?? null;
      const span = min !== null && max !== null && isDiscrete(column.type) ? max - min + 1 : Infinity;
      columns.set(column.id, {
        distinct,
        domain: Math.max(1, Math.min(distinct ?? Infinity, span, rows)),
        min,
        max,
        nullFraction: known?.nullCount === undefined || rows === 0 ? 0 : known.nullCount / rows,
      });
    });
    const base: Estimate = { rows, bytes: 0, columns };
    const kept = Math.min(rows * selectivity(plan.partitionFilters, base), plan.limit ?? Infinity);
    const width = rowWidth(plan.output);
    const bytes =
      statistics.rowCount === null ? statistics.sizeInBytes * (width / fullWidth) * (rows === 0 ? 1 : kept / rows) : kept * width;
    return { rows: kept, bytes, columns: narrowedBy(plan.partitionFilters, columns) };
  }

  #join(plan: Join): Estimate {
    const left = this.of(plan.left);
    const right = this.of(plan.right);
    const columns = new Map([...left.columns, ...right.columns]);
    const { keys, rest } = equiKeys(plan);
    const inner = joinRows(left, right, keys, rest, columns);
    switch (plan.type) {
      case "inner":
      case "cross":
        return sized(plan, inner, columns);
      case "left":
        return sized(plan, Math.max(left.rows, inner), columns);
      case "right":
        return sized(plan, Math.max(right.rows, inner), columns);
      case "full":
        return sized(plan, Math.max(left.rows, right.rows, inner), columns);
      case "leftSemi":
        return sized(plan, left.rows * matchedFraction(left, right, keys), left.columns);
      case "leftAnti":
      case "nullAwareAnti":
        return sized(plan, left.rows * Math.max(0.1, 1 - matchedFraction(left, right, keys)), left.columns);
      case "existence":
        return sized(plan, left.rows, left.columns);
      default:
        return unreachable(plan.type);
    }
  }

  #aggregate(plan: Aggregate): Estimate {
    const child = this.of(plan.child);
    const columns = new Map<ExprId, ColumnEstimate>();
    for (const expression of plan.aggregates) {
      const source = expression.kind === "alias" ? plainColumn(expression.child) : expression;
      const known = source === null ? undefined : child.columns.get(source.id);
      if (known !== undefined) columns.set(expression.id, known);
    }
    const rows = plan.grouping.length === 0 ? 1 : groups(plan.grouping, child);
    return sized(plan, rows, columns);
  }
}

const UNKNOWN_ROWS = 1e6;
const ROW_OVERHEAD = 8;

function corrected(
  plan: LogicalPlan,
  estimate: Estimate,
  measured: { readonly rows: number | null; readonly bytes: number },
): Estimate {
  return { ...estimate, bytes: measured.bytes, rows: measured.rows ?? measured.bytes / rowWidth(outputOf(plan)) };
}

function leaf(output: readonly Attribute[], rows: number): Estimate {
  const columns = new Map(
    output.map((column) => [column.id, { distinct: null, domain: Math.max(1, rows), min: null, max: null, nullFraction: 0 }]),
  );
  return { rows, bytes: rows * rowWidth(output), columns };
}

function sized(plan: LogicalPlan, rows: number, columns: ReadonlyMap<ExprId, ColumnEstimate>): Estimate {
  return { rows, bytes: rows * rowWidth(outputOf(plan)), columns };
}

/** Estimated rows of an inner join: the product over the larger side's different keys, smaller ones tried first where unknown. */
export function joinRows(
  left: Estimate,
  right: Estimate,
  keys: readonly { readonly left: Expression; readonly right: Expression }[],
  rest: readonly Expression[],
  columns: ReadonlyMap<ExprId, ColumnEstimate>,
): number {
  let rows = left.rows * right.rows;
  // Further keys of one join are rarely independent of the first.
  keys
    .map((key) => keyDomain(left, right, key))
    .sort((a, b) => b - a)
    .forEach((domain, i) => (rows /= i === 0 ? domain : Math.sqrt(domain)));
  if (keys.length > 0) rows = Math.max(rows, Math.min(left.rows, right.rows, 1));
  return rows * selectivity(rest, { rows, bytes: 0, columns });
}

function keyDomain(left: Estimate, right: Estimate, key: { readonly left: Expression; readonly right: Expression }): number {
  const a = columnOf(key.left, left);
  const b = columnOf(key.right, right);
  const aDomain = a?.domain ?? left.rows;
  const bDomain = b?.domain ?? right.rows;
  const known = a !== null && b !== null && a.distinct !== null && b.distinct !== null;
  return Math.max(1, known ? Math.max(aDomain, bDomain) : Math.min(aDomain, bDomain));
}

function matchedFraction(
  left: Estimate,
  right: Estimate,
  keys: readonly { readonly left: Expression; readonly right: Expression }[],
): number {
  const key = keys[0];
  if (key === undefined) return 0.5;
  const a = columnOf(key.left, left);
  return Math.min(1, Math.max(0.01, right.rows / Math.max(1, a?.domain ?? left.rows)));
}

/** Different combinations of the expressions among the rows. */
function groups(expressions: readonly Expression[], child: Estimate): number {
  let product = 1;
  for (const expression of expressions) {
    const known = columnOf(expression, child);
    const distinct = known === null ? child.rows / 10 : (known.distinct ?? Math.min(known.domain, child.rows / 4));
    product *= Math.max(1, distinct);
  }
  return Math.max(1, Math.min(product, child.rows));
}

function columnOf(expression: Expression, estimate: Estimate): ColumnEstimate | null {
  const column = plainColumn(expression);
  return column === null ? null : (estimate.columns.get(column.id) ?? null);
}

/** Columns that a conjunct pins to a value have one from there on. */
function narrowedBy(
  parts: readonly Expression[],
  columns: ReadonlyMap<ExprId, ColumnEstimate>,
): ReadonlyMap<ExprId, ColumnEstimate> {
  let narrowed: Map<ExprId, ColumnEstimate> | null = null;
  for (const part of parts) {
    if (part.kind !== "call") continue;
    const column = part.args[0] === undefined ? null : plainColumn(part.args[0]);
    if (column === null) continue;
    const count =
      part.fn === "=" && part.args[1]?.kind === "literal"
        ? 1
        : part.fn === "in" && part.args.slice(1).every((item) => item.kind === "literal")
          ? part.args.length - 1
          : 0;
    const estimate = columns.get(column.id);
    if (count === 0 || estimate === undefined) continue;
    narrowed ??= new Map(columns);
    narrowed.set(column.id, {
      ...estimate,
      distinct: Math.min(count, estimate.domain),
      domain: Math.min(count, estimate.domain),
    });
  }
  return narrowed ?? columns;
}

export function rowWidth(output: readonly Attribute[]): number {
  return output.reduce((sum, column) => sum + typeWidth(column.type), ROW_OVERHEAD);
}

/** Bytes of a value, about: Spark's default sizes. */
export function typeWidth(type: DataType): number {
  switch (type.kind) {
    case "null":
    case "boolean":
    case "byte":
      return 1;
    case "short":
      return 2;
    case "int":
    case "float":
    case "date":
    case "yearMonthInterval":
      return 4;
    case "decimal":
      return type.precision <= 18 ? 8 : 16;
    case "calendarInterval":
      return 16;
    case "string":
      return 20;
    case "binary":
    case "variant":
      return 100;
    case "array":
      return typeWidth(type.element);
    case "map":
      return typeWidth(type.key) + typeWidth(type.value);
    case "struct":
      return type.fields.reduce((sum, field) => sum + typeWidth(field.type), 0);
    case "udt":
      return typeWidth(type.sqlType);
    default:
      return 8;
  }
}

/** Whether the plan is one row at most, whatever its data. */
export function atMostOneRow(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case "aggregate":
      return plan.grouping.length === 0;
    case "localRelation":
      return plan.rows.length <= 1;
    case "limit":
      return (plan.limit !== null && plan.limit <= 1) || atMostOneRow(plan.child);
    case "project":
    case "filter":
    case "sort":
    case "distinct":
    case "window":
    case "subqueryAlias":
    case "repartition":
      return childrenOf(plan).every(atMostOneRow);
    case "join":
      return (
        (plan.type === "inner" || plan.type === "cross" || plan.type === "left") &&
        atMostOneRow(plan.left) &&
        atMostOneRow(plan.right)
      );
    default:
      return false;
  }
}
