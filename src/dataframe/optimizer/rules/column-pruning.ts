/**
 * Only columns that something needs are read, moved and kept.
 *
 *   Project [a]                    →   Project [a]
 *   +- Join Inner, (a = b)             +- Join Inner, (a = b)
 *      :- r [a, x, y]                     :- r [a]
 *      +- s [b, z]                        +- s [b]
 *
 * A CTE has the columns that some reference to it needs. Of a struct column that is only looked into, only the fields looked at are read, where the source can do that.
 */
import { unreachable } from "../../../common/errors";
import type { Attribute, Expression, ExprId, NamedExpression } from "../../expressions/expression";
import { attributesOf, isDeterministic } from "../../expressions/traverse";
import { outputOf } from "../../logical/output";
import type { Join, LogicalPlan, Scan, WithCte } from "../../logical/plan";
import { expressionsOf, subqueryPlans, transformUp, walkPlan, withChildren } from "../../logical/traverse";
import type { Rule } from "../context";
import { attributeSet } from "../predicates";
import { pruneNested } from "../nested-pruning";

export const columnPruning: Rule = {
  name: "ColumnPruning",
  apply: (plan, context) => {
    const pruned = new Pruning(readBySubqueries(plan)).of(plan);
    return context.prunesNested === undefined ? pruned : pruneNested(pruned, context);
  },
};

type Ids = ReadonlySet<ExprId>;

function idsOf(columns: readonly Attribute[]): Ids {
  return new Set(columns.map((column) => column.id));
}

function union(...sets: readonly Iterable<ExprId>[]): Ids {
  const all = new Set<ExprId>();
  for (const set of sets) for (const id of set) all.add(id);
  return all;
}

class Pruning {
  /** Places of the columns of CTEs that references need. */
  readonly #asked = new Map<number, Set<number>>();

  /** @param kept CTEs that subqueries read: with all their columns */
  constructor(private readonly kept: ReadonlySet<number>) {}

  of(plan: LogicalPlan): LogicalPlan {
    return this.#prune(plan, idsOf(outputOf(plan)));
  }

  /** The plan with the required columns, in their order, and perhaps others between them. */
  #prune(plan: LogicalPlan, required: Ids): LogicalPlan {
    switch (plan.kind) {
      case "project": {
        const kept = keep(plan.expressions, (item) => required.has(item.id) || !isDeterministic(item));
        return projectOf(plan, this.#prune(plan.child, attributeSet(kept)), kept);
      }
      case "aggregate": {
        const kept = keep(plan.aggregates, (item) => required.has(item.id));
        const node = kept === plan.aggregates ? plan : { ...plan, aggregates: kept };
        return withChildren(node, [this.#prune(plan.child, attributeSet([...plan.grouping, ...kept]))]);
      }
      case "filter": {
        const needed = union(required, attributeSet([plan.condition]));
        return withChildren(plan, [this.#prune(plan.child, needed)]);
      }
      case "limit":
      case "tail":
      case "sample":
      case "subqueryAlias":
      case "hint":
        return withChildren(plan, [this.#prune(plan.child, required)]);
      case "collectMetrics":
        return withChildren(plan, [this.#prune(plan.child, union(required, attributeSet(plan.metrics)))]);
      case "sort": {
        const needed = union(required, attributeSet(plan.order.map((order) => order.child)));
        return withChildren(plan, [narrow(this.#prune(plan.child, needed), needed)]);
      }
      case "repartition": {
        const needed = union(required, attributeSet(plan.by.map((order) => order.child)));
        return withChildren(plan, [narrow(this.#prune(plan.child, needed), needed)]);
      }
      case "join":
        return this.#join(plan, required);
      case "union":
        return this.#union(plan, required);
      case "window": {
        const functions = keep(plan.functions, (item) => required.has(item.id));
        if (functions.length === 0) return this.#prune(plan.child, required);
        const node = functions === plan.functions ? plan : { ...plan, functions };
        const own = new Set(plan.functions.map((item) => item.id));
        const needed = union(
          [...required].filter((id) => !own.has(id)),
          attributeSet([...functions.map((item) => item.call), ...plan.partitionBy, ...plan.orderBy.map((order) => order.child)]),
        );
        return withChildren(node, [narrow(this.#prune(plan.child, needed), needed)]);
      }
      case "generate": {
        const own = idsOf(plan.output);
        const above = [...required].filter((id) => !own.has(id));
        const child = this.#prune(plan.child, union(above, attributeSet([plan.generator])));
        const unrequired = outputOf(child).flatMap((column) => (required.has(column.id) ? [] : [column.id]));
        const node = sameItems(unrequired, plan.unrequired) ? plan : { ...plan, unrequired };
        return withChildren(node, [child]);
      }
      case "expand": {
        const places = plan.output.flatMap((column, i) => (required.has(column.id) ? [i] : []));
        const all = places.length === plan.output.length;
        const node = all
          ? plan
          : {
              ...plan,
              projections: plan.projections.map((projection) => places.map((i) => projection[i] as Expression)),
              output: places.map((i) => plan.output[i] as Attribute),
            };
        return withChildren(node, [this.#prune(plan.child, attributeSet(node.projections.flat()))]);
      }
      case "appendColumns": {
        const own = idsOf(plan.output);
        if (![...required].some((id) => own.has(id))) return this.#prune(plan.child, required);
        const below = [...required].filter((id) => !own.has(id));
        return withChildren(plan, [this.#prune(plan.child, union(below, attributeSet(plan.inputs)))]);
      }
      case "scan":
        return pruneScan(plan, required);
      case "localRelation": {
        const places = plan.output.flatMap((column, i) => (required.has(column.id) ? [i] : []));
        if (places.length === plan.output.length) return plan;
        return {
          ...plan,
          output: places.map((i) => plan.output[i] as Attribute),
          rows: plan.rows.map((row) => places.map((i) => row[i] as (typeof row)[number])),
        };
      }
      case "withCte":
        return this.#withCte(plan, required);
      case "distinct":
      case "setOperation":
      case "recursiveCte":
      case "mapBatches":
      case "applyInGroups":
      case "cogroup":
      case "scriptTransform":
        return this.#childrenAlone(plan);
      case "cteReference": {
        const asked = this.#asked.get(plan.id) ?? new Set<number>();
        plan.output.forEach((column, place) => required.has(column.id) && asked.add(place));
        this.#asked.set(plan.id, asked);
        return plan;
      }
      case "externalRelation":
      case "range":
        return plan;
      default:
        return unreachable(plan);
    }
  }

  /** What uses definitions comes first: it says which of their columns are needed. */
  #withCte(plan: WithCte, required: Ids): LogicalPlan {
    let child = this.#prune(plan.child, required);
    const definitions: WithCte["definitions"][number][] = [];
    for (const definition of plan.definitions.toReversed()) {
      const places = this.#placesOf(definition);
      const columns = outputOf(definition.plan);
      const ids = new Set(places.map((place) => columns[place]!.id));
      const body = narrow(this.#prune(definition.plan, ids), ids);
      if (places.length < columns.length) {
        const narrowed = (part: LogicalPlan): LogicalPlan => withoutColumns(part, definition.id, places);
        child = narrowed(child);
        definitions.forEach((later, i) => (definitions[i] = { ...later, plan: narrowed(later.plan) }));
      }
      definitions.unshift({ ...definition, plan: body });
    }
    return withChildren(plan, [...definitions.map((definition) => definition.plan), child]);
  }

  #placesOf({ id, plan }: WithCte["definitions"][number]): readonly number[] {
    const all = outputOf(plan).map((_, place) => place);
    const asked = this.#asked.get(id);
    if (asked === undefined || this.kept.has(id)) return all;
    // One at the least.
    return asked.size === 0 ? all.slice(0, 1) : all.filter((place) => asked.has(place));
  }

  #join(join: Join, required: Ids): LogicalPlan {
    const needed = union(required, join.condition === null ? [] : attributesOf(join.condition).map((column) => column.id));
    const left = narrow(this.#prune(join.left, needed), needed);
    const right = narrow(this.#prune(join.right, needed), needed);
    return withChildren(join, [left, right]);
  }

  #union(plan: Extract<LogicalPlan, { kind: "union" }>, required: Ids): LogicalPlan {
    const places = plan.output.flatMap((column, i) => (required.has(column.id) ? [i] : []));
    const all = places.length === plan.output.length;
    const children = plan.children.map((child) => {
      const columns = outputOf(child);
      const wanted = places.map((i) => columns[i] as Attribute);
      const pruned = this.#prune(child, idsOf(wanted));
      const have = outputOf(pruned);
      const same = have.length === wanted.length && have.every((column, i) => column.id === wanted[i]?.id);
      return same ? pruned : ({ kind: "project", child: pruned, expressions: wanted } satisfies LogicalPlan);
    });
    const node = all ? plan : { ...plan, output: places.map((i) => plan.output[i] as Attribute) };
    return withChildren(node, children);
  }

  /** Below operators that need every column of their children. */
  #childrenAlone(plan: LogicalPlan): LogicalPlan {
    const below = (child: LogicalPlan): LogicalPlan => exactly(this.#prune(child, idsOf(outputOf(child))), child);
    switch (plan.kind) {
      case "setOperation":
      case "cogroup":
        return withChildren(plan, [below(plan.left), below(plan.right)]);
      case "recursiveCte":
        return withChildren(plan, [below(plan.anchor), below(plan.step)]);
      case "distinct":
      case "mapBatches":
      case "applyInGroups":
      case "scriptTransform": {
        const used = plan.kind === "scriptTransform" ? attributeSet(expressionsOf(plan)) : null;
        return withChildren(plan, [used === null ? below(plan.child) : this.#prune(plan.child, used)]);
      }
      default:
        return plan;
    }
  }
}

function keep<T>(items: readonly T[], test: (item: T) => boolean): readonly T[] {
  const kept = items.filter(test);
  return kept.length === items.length ? items : kept;
}

function sameItems(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function projectOf(
  plan: Extract<LogicalPlan, { kind: "project" }>,
  child: LogicalPlan,
  expressions: readonly NamedExpression[],
): LogicalPlan {
  if (child === plan.child && expressions === plan.expressions) return plan;
  const columns = outputOf(child);
  const same =
    expressions.length === columns.length &&
    expressions.every((item, i) => item.kind === "attribute" && item.id === columns[i]?.id);
  return same ? child : { kind: "project", child, expressions };
}

/** Without the columns that are not needed, for operators that keep or move rows. */
function narrow(plan: LogicalPlan, required: Ids): LogicalPlan {
  const columns = outputOf(plan);
  const kept = columns.filter((column) => required.has(column.id));
  return kept.length === columns.length ? plan : { kind: "project", child: plan, expressions: kept };
}

function pruneScan(scan: Scan, required: Ids): LogicalPlan {
  const needed = union(required, attributeSet([...scan.pushed, ...scan.partitionFilters]));
  const places = scan.output.flatMap((column, i) => (needed.has(column.id) ? [i] : []));
  if (places.length === scan.output.length) return scan;
  return {
    ...scan,
    output: places.map((i) => scan.output[i] as Attribute),
    columns: places.map((i) => scan.columns[i] as readonly string[]),
  };
}

function exactly(plan: LogicalPlan, before: LogicalPlan): LogicalPlan {
  const have = outputOf(plan);
  const wanted = outputOf(before);
  if (have.length === wanted.length && have.every((column, i) => column.id === wanted[i]?.id)) return plan;
  return { kind: "project", child: plan, expressions: wanted };
}

/** References to a CTE that has only some of its columns left. */
function withoutColumns(plan: LogicalPlan, cte: number, places: readonly number[]): LogicalPlan {
  return transformUp(plan, (node) =>
    node.kind === "cteReference" && node.id === cte ? { ...node, output: places.map((place) => node.output[place]!) } : node,
  );
}

function readBySubqueries(plan: LogicalPlan): ReadonlySet<number> {
  const found = new Set<number>();
  const within = (inner: LogicalPlan): void =>
    walkPlan(inner, (node) => {
      if (node.kind === "cteReference") found.add(node.id);
      subqueryPlans(node).forEach(within);
    });
  walkPlan(plan, (node) => subqueryPlans(node).forEach(within));
  return found;
}
