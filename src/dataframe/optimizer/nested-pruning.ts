/**
 * Of a struct column of a scan that is only looked into, the fields that are looked at become columns of the scan.
 *
 *   Project [s.a AS x]      →   Project [s.a#3 AS x]
 *   +- Relation t[s]            +- Relation t[s.a#3]
 */
import { attribute } from "../expressions/build";
import type { Attribute, Call, Expression, ExprId, NamedExpression } from "../expressions/expression";
import { mapChildren } from "../expressions/traverse";
import { outputIds } from "../logical/output";
import type { LogicalPlan, Scan } from "../logical/plan";
import { expressionsOf, mapExpressions, mapPlanChildren, walkPlan } from "../logical/traverse";
import type { OptimizerContext } from "./context";

export function pruneNested(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const scans: Scan[] = [];
  walkPlan(plan, (node) => {
    if (node.kind === "scan") scans.push(node);
  });
  const candidates = new Map<ExprId, Attribute>();
  for (const scan of scans)
    for (const column of scan.output)
      if (column.type.kind === "struct" && (column.id === scan.metadata?.id || context.prunesNested?.(scan.relation) === true))
        candidates.set(column.id, column);
  const visible = outputIds(plan);
  for (const id of visible) candidates.delete(id);
  if (candidates.size === 0) return plan;
  const paths = pathsOf(plan, candidates);
  const fields = new Map<string, Attribute>();
  const byColumn = new Map<ExprId, { readonly path: readonly string[]; readonly column: Attribute }[]>();
  for (const { id, path, call } of paths.values()) {
    if (!candidates.has(id)) continue;
    // What is known of files is found by its whole name (sources/files/partition-pruning.ts).
    const metadata = scans.find((scan) => scan.metadata?.id === id)?.metadata;
    const name = [...(metadata === undefined ? [] : [metadata.name]), ...path].join(".");
    const column = attribute(context.nextId(), name, call.type, call.nullable);
    fields.set(keyOf(id, path), column);
    byColumn.set(id, [...(byColumn.get(id) ?? []), { path, column }]);
  }
  if (byColumn.size === 0) return plan;
  return rewritten(plan, fields, byColumn);
}

interface Path {
  readonly id: ExprId;
  readonly path: readonly string[];
  readonly call: Call;
}

function keyOf(id: ExprId, path: readonly string[]): string {
  return JSON.stringify([id, ...path]);
}

/** Paths into candidates; columns that are used as a whole, or at a path and below it, are no candidates any more. */
function pathsOf(plan: LogicalPlan, candidates: Map<ExprId, Attribute>): ReadonlyMap<string, Path> {
  const paths = new Map<string, Path>();
  const visit = (expression: Expression): void => {
    const path = pathOf(expression);
    if (path !== null && candidates.has(path.id)) {
      paths.set(keyOf(path.id, path.path), path);
      return;
    }
    if (expression.kind === "attribute") candidates.delete(expression.id);
    mapChildren(expression, (child) => {
      visit(child);
      return child;
    });
  };
  walkPlan(plan, (node) => {
    // A projection that passes a column on does not look at it.
    for (const expression of expressionsOf(node))
      if (node.kind !== "project" || expression.kind !== "attribute") visit(expression);
    // By position: the whole column is passed on.
    if (node.kind === "union") for (const child of node.children) for (const id of outputIds(child)) candidates.delete(id);
  });
  for (const { id, path } of paths.values()) {
    const below = [...paths.values()].some(
      (other) => other.id === id && other.path.length > path.length && path.every((name, i) => name === other.path[i]),
    );
    if (below) candidates.delete(id);
  }
  return paths;
}

function pathOf(expression: Expression): Path | null {
  if (expression.kind !== "call" || expression.fn !== "struct_field") return null;
  const [child] = expression.args as [Expression];
  const { ordinal } = expression.options as { readonly ordinal: number };
  const name = child.type.kind === "struct" ? child.type.fields[ordinal]?.name : undefined;
  if (name === undefined) return null;
  if (child.kind === "attribute") return { id: child.id, path: [name], call: expression };
  const above = pathOf(child);
  return above === null ? null : { id: above.id, path: [...above.path, name], call: expression };
}

function rewritten(
  plan: LogicalPlan,
  fields: ReadonlyMap<string, Attribute>,
  byColumn: ReadonlyMap<ExprId, readonly { readonly path: readonly string[]; readonly column: Attribute }[]>,
): LogicalPlan {
  const replace = (expression: Expression): Expression => {
    const path = pathOf(expression);
    const field = path === null ? undefined : fields.get(keyOf(path.id, path.path));
    return field ?? mapChildren(expression, replace);
  };
  const visit = (node: LogicalPlan): LogicalPlan => {
    const below = mapExpressions(mapPlanChildren(node, visit), replace);
    if (below.kind === "scan") return scanOf(below, byColumn);
    if (below.kind !== "project") return below;
    // A column that was passed on for what is above is now its fields.
    const expressions = below.expressions.flatMap((item): readonly NamedExpression[] =>
      item.kind === "attribute" ? (byColumn.get(item.id)?.map(({ column }) => column) ?? [item]) : [item],
    );
    return expressions.length === below.expressions.length && expressions.every((item, i) => item === below.expressions[i])
      ? below
      : { ...below, expressions };
  };
  return visit(plan);
}

function scanOf(
  scan: Scan,
  byColumn: ReadonlyMap<ExprId, readonly { readonly path: readonly string[]; readonly column: Attribute }[]>,
): Scan {
  if (!scan.output.some((column) => byColumn.has(column.id))) return scan;
  const output: Attribute[] = [];
  const columns: (readonly string[])[] = [];
  scan.output.forEach((column, i) => {
    const path = scan.columns[i] as readonly string[];
    const inner = byColumn.get(column.id);
    if (inner === undefined) {
      output.push(column);
      columns.push(path);
    } else {
      for (const field of inner) {
        output.push(field.column);
        columns.push([...path, ...field.path]);
      }
    }
  });
  return { ...scan, output, columns };
}
