/**
 * Predicates go to where files are chosen and read. Those over partition columns decide which files are read at all and are
 * gone from the plan; the others tell the source what it may skip, and stay above it unless it applies them in full.
 *
 *   Filter (day = 3) AND (a > 5)   →   Filter (a > 5)
 *   +- Relation t[a, day]              +- Relation t[a, day], PartitionFilters: [(day = 3)], PushedFilters: [(a > 5)]
 */
import type { Expression, ExprId } from "../../expressions/expression";
import { attributesOf, childrenOf, isDeterministic } from "../../expressions/traverse";
import type { LogicalPlan, Scan } from "../../logical/plan";
import { transformUp } from "../../logical/traverse";
import { isFileFact } from "../../sources/files/constant-columns";
import { enabled, type OptimizerContext, type Rule } from "../context";
import { conjunction, conjuncts, hasOuter, hasSubquery, includesExpression, plainColumn } from "../predicates";

export const pushFiltersIntoScans: Rule = {
  name: "PushFiltersIntoScans",
  apply: (plan, context) =>
    transformUp(plan, (node) =>
      node.kind === "filter" && node.child.kind === "scan" ? pushed(node, node.child, context) : node,
    ),
};

function pushed(node: Extract<LogicalPlan, { kind: "filter" }>, scan: Scan, context: OptimizerContext): LogicalPlan {
  const partitions = partitionColumns(scan);
  const partitionFilters = [...scan.partitionFilters];
  const filters = [...scan.pushed];
  const kept: Expression[] = [];
  for (const part of conjuncts(node.condition)) {
    const columns = attributesOf(part);
    const plain = isDeterministic(part) && !hasOuter(part) && columns.length > 0;
    if (plain && !hasSubquery(part) && isOfFiles(part, partitions, scan)) {
      if (!includesExpression(partitionFilters, part)) partitionFilters.push(part);
      continue;
    }
    const use = plain && scan.limit === null ? pushableOf(scan, part, context) : "no";
    if (use !== "no" && !includesExpression(filters, part)) filters.push(part);
    if (use !== "exact") kept.push(part);
  }
  const changed =
    filters.length > scan.pushed.length || partitionFilters.length > scan.partitionFilters.length
      ? { ...scan, pushed: filters, partitionFilters }
      : scan;
  const condition = conjunction(kept);
  if (condition === null) return changed;
  const same = kept.length === conjuncts(node.condition).length;
  if (same && changed === scan) return node;
  return { kind: "filter", child: changed, condition: same ? node.condition : condition };
}

/** Whether partition columns and facts about files (`_metadata.file_name`) decide. */
function isOfFiles(part: Expression, partitions: ReadonlySet<ExprId>, scan: Scan): boolean {
  if (part.kind === "attribute") return partitions.has(part.id);
  if (part.kind === "call" && part.fn === "struct_field") {
    const [struct] = part.args;
    const { ordinal } = part.options as { readonly ordinal: number };
    if (struct?.kind === "attribute" && struct.id === scan.metadata?.id && struct.type.kind === "struct")
      return isFileFact(struct.type.fields[ordinal]!.name);
  }
  return childrenOf(part).every((child) => isOfFiles(child, partitions, scan));
}

function partitionColumns(scan: Scan): ReadonlySet<ExprId> {
  const names = new Set(scan.relation.partitionColumns);
  return new Set(
    scan.output.flatMap((column, i) => {
      const path = scan.columns[i] as readonly string[];
      return path.length === 1 && names.has(path[0] as string) ? [column.id] : [];
    }),
  );
}

/** By format: whether the session lets filters reach its files. */
const SWITCHES: Readonly<Record<string, string>> = {
  parquet: "spark.sql.parquet.filterPushdown",
  csv: "spark.sql.csv.filterPushdown.enabled",
  json: "spark.sql.json.filterPushdown.enabled",
};

function pushableOf(scan: Scan, part: Expression, context: OptimizerContext): "exact" | "hint" | "no" {
  const key = SWITCHES[scan.relation.format];
  if (key !== undefined && !enabled(context, key, true)) return "no";
  if (context.pushable !== undefined) return hasSubquery(part) ? "no" : context.pushable(scan.relation, part);
  return isSimple(part) ? "hint" : "no";
}

const SIMPLE = new Set(["=", "<=>", "<", "<=", ">", ">=", "in", "isnull", "isnotnull", "startswith"]);

/** Comparisons of a column with constants, and conjunctions, disjunctions and negations of such. */
export function isSimple(part: Expression): boolean {
  if (part.kind === "attribute") return part.type.kind === "boolean";
  if (part.kind !== "call") return false;
  if (part.fn === "and" || part.fn === "or" || part.fn === "not") return part.args.every(isSimple);
  if (!SIMPLE.has(part.fn)) return false;
  const constants = part.args.filter((arg) => arg.kind === "literal" || arg.kind === "scalarSubquery").length;
  const columns = part.args.filter((arg) => arg.kind === "attribute" && plainColumn(arg) !== null).length;
  return columns === 1 && columns + constants === part.args.length;
}
