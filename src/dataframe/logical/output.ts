/** The columns of a plan. Computed once a node: plans are immutable. */
import { unreachable } from "../../common/errors";
import { attribute, attributeOf } from "../expressions/build";
import type { Attribute, ExprId } from "../expressions/expression";
import type { Join, LogicalPlan } from "./plan";

const known = new WeakMap<LogicalPlan, readonly Attribute[]>();

export function outputOf(plan: LogicalPlan): readonly Attribute[] {
  const found = known.get(plan);
  if (found !== undefined) return found;
  const output = computeOutput(plan);
  known.set(plan, output);
  return output;
}

/** The ids of a plan's columns. */
export function outputIds(plan: LogicalPlan): ReadonlySet<ExprId> {
  return new Set(outputOf(plan).map((column) => column.id));
}

function computeOutput(plan: LogicalPlan): readonly Attribute[] {
  switch (plan.kind) {
    case "project":
      return plan.expressions.map(attributeOf);
    case "aggregate":
      return plan.aggregates.map(attributeOf);
    case "filter":
    case "sort":
    case "limit":
    case "tail":
    case "distinct":
    case "sample":
    case "repartition":
    case "withCte":
    case "collectMetrics":
    case "hint":
      return outputOf(plan.child);
    case "subqueryAlias":
      return outputOf(plan.child).map((column) => ({ ...column, qualifier: plan.name }));
    case "join":
      return joinOutput(plan);
    case "setOperation":
      return setOutput(plan.operation, outputOf(plan.left), outputOf(plan.right));
    case "window":
      return [
        ...outputOf(plan.child),
        ...plan.functions.map(({ id, name, call }) => attribute(id, name, call.type, call.nullable)),
      ];
    case "appendColumns":
      return [...outputOf(plan.child), ...plan.output];
    case "generate": {
      const generated = plan.outer ? plan.output.map(nullable) : plan.output;
      const unrequired = new Set(plan.unrequired);
      return [...outputOf(plan.child).filter((column) => !unrequired.has(column.id)), ...generated];
    }
    case "union":
    case "expand":
    case "localRelation":
    case "externalRelation":
    case "range":
    case "scan":
    case "cteReference":
    case "recursiveCte":
    case "mapBatches":
    case "applyInGroups":
    case "cogroup":
    case "scriptTransform":
      return plan.output;
    default:
      return unreachable(plan);
  }
}

function setOutput(
  operation: "intersect" | "except",
  left: readonly Attribute[],
  right: readonly Attribute[],
): readonly Attribute[] {
  if (operation === "except") return left;
  return left.map((column, i) => (column.nullable && right[i]?.nullable === false ? { ...column, nullable: false } : column));
}

function joinOutput(join: Join): readonly Attribute[] {
  const left = outputOf(join.left);
  switch (join.type) {
    case "leftSemi":
    case "leftAnti":
    case "nullAwareAnti":
      return left;
    case "existence":
      return join.exists === undefined ? left : [...left, join.exists];
    case "inner":
    case "cross":
      return [...left, ...outputOf(join.right)];
    case "left":
      return [...left, ...outputOf(join.right).map(nullable)];
    case "right":
      return [...left.map(nullable), ...outputOf(join.right)];
    case "full":
      return [...left.map(nullable), ...outputOf(join.right).map(nullable)];
    default:
      return unreachable(join.type);
  }
}

function nullable(column: Attribute): Attribute {
  return column.nullable ? column : { ...column, nullable: true };
}
