/** What EXPLAIN and df.explain print, in Spark's modes. */
import { unreachable } from "../../common/errors";
import { attributeText, expressionText, list, nodeText, orderText, planText, treeText } from "../logical/print";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { childrenOf as logicalChildren, subqueryPlans } from "../logical/traverse";
import { Statistics } from "../optimizer/statistics";
import { simpleString } from "../types/text";
import type { PhysicalPlan } from "./plan";
import { exchangesOf, operatorName, operatorText, partitioningText, physicalText, scanDetails, type Exchanges } from "./print";
import { childrenOf } from "./traverse";

export type ExplainMode = "simple" | "extended" | "codegen" | "cost" | "formatted";

export interface Explained {
  /** The unresolved plan as text. */
  readonly parsed?: string;
  readonly analyzed: LogicalPlan;
  readonly optimized: LogicalPlan;
  readonly physical: PhysicalPlan;
  /** With adaptive execution the plan may still change: true once it has run. */
  readonly final?: boolean;
  readonly adaptive?: boolean;
  /** The generated code of each stage. */
  codegen?(): readonly { readonly title: string; readonly code: string }[];
}

export function explain(mode: ExplainMode, query: Explained): string {
  switch (mode) {
    case "simple":
      return `== Physical Plan ==\n${physical(query)}\n`;
    case "extended":
      return [
        ...(query.parsed === undefined ? [] : [`== Parsed Logical Plan ==\n${query.parsed.trimEnd()}\n`]),
        `== Analyzed Logical Plan ==\n${schemaLine(query.analyzed)}\n${planText(query.analyzed)}`,
        `== Optimized Logical Plan ==\n${planText(query.optimized)}`,
        `== Physical Plan ==\n${physical(query)}`,
      ].join("\n");
    case "cost":
      return `== Optimized Logical Plan ==\n${costText(query.optimized)}\n== Physical Plan ==\n${physical(query)}\n`;
    case "codegen": {
      const stages = query.codegen?.() ?? [];
      const texts = stages.map(
        ({ title, code }, i) => `== Subtree ${i + 1} / ${stages.length} ==\n${title}\n\nGenerated code:\n${code}\n`,
      );
      return `Found ${stages.length} WholeStageCodegen subtrees.\n${texts.join("\n")}`;
    }
    case "formatted":
      return `== Physical Plan ==\n${formatted(query)}\n`;
    default:
      return unreachable(mode);
  }
}

/** The result's columns: "a: int, b: string". */
function schemaLine(plan: LogicalPlan): string {
  return outputOf(plan)
    .map((column) => `${column.name}: ${simpleString(column.type)}`)
    .join(", ");
}

function physical(query: Explained): string {
  if (query.adaptive === false) return physicalText(query.physical);
  const inner = physicalText(query.physical).trimEnd().split("\n");
  const lines = inner.map((line, i) => (i === 0 ? `+- ${line}` : `   ${line}`));
  return [`AdaptiveSparkPlan isFinalPlan=${query.final === true}`, ...lines, ""].join("\n");
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

export function bytesText(bytes: number): string {
  if (!Number.isFinite(bytes)) return "8.0 EiB";
  let value = bytes;
  let unit = 0;
  while (value >= 2048 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

function rowsText(rows: number): string {
  return rows < 100_000 ? String(Math.round(rows)) : rows.toExponential(2).replace("e+", "E+");
}

function costText(plan: LogicalPlan): string {
  const statistics = new Statistics();
  const text = (node: LogicalPlan): string => {
    const { bytes, rows } = statistics.of(node);
    return `${nodeText(node)}, Statistics(sizeInBytes=${bytesText(bytes)}, rowCount=${rowsText(rows)})`;
  };
  return treeText(plan, text, logicalChildren, subqueryPlans);
}

/** The tree with numbers, then what there is to say of each number. */
function formatted(query: Explained): string {
  const exchanges = exchangesOf(query.physical);
  const numbers = new Map<PhysicalPlan, number>();
  const number = (node: PhysicalPlan): void => {
    childrenOf(node).forEach(number);
    numbers.set(node, numbers.size + 1);
  };
  number(query.physical);
  const top = numbers.size + 1;
  const tree = treeText(query.physical, (node) => `${operatorName(node, exchanges)} (${numbers.get(node)})`, childrenOf);
  const lines = tree.trimEnd().split("\n");
  const shown =
    query.adaptive === false
      ? lines
      : [`AdaptiveSparkPlan (${top})`, ...lines.map((line, i) => (i === 0 ? `+- ${line}` : `   ${line}`))];
  const details = [...numbers].map(([node, id]) => `(${id}) ${detailsOf(node, exchanges).join("\n")}`);
  if (query.adaptive !== false) details.push(`(${top}) AdaptiveSparkPlan\nArguments: isFinalPlan=${query.final === true}`);
  return `${shown.join("\n")}\n\n\n${details.join("\n\n")}\n`;
}

function detailsOf(node: PhysicalPlan, exchanges: Exchanges): readonly string[] {
  const children = childrenOf(node);
  const lines = [operatorName(node, exchanges)];
  const columns = (plan: PhysicalPlan): string => `[${plan.output.length}]: [${plan.output.map(attributeText).join(", ")}]`;
  if (children.length === 0) lines.push(`Output ${columns(node)}`);
  if (children.length === 1) lines.push(`Input ${columns(children[0] as PhysicalPlan)}`);
  switch (node.kind) {
    case "scan":
      for (const [name, value] of scanDetails(node)) if (name !== "Format" && value !== "[]") lines.push(`${name}: ${value}`);
      break;
    case "filter":
      lines.push(`Condition : ${expressionText(node.condition)}`);
      break;
    case "project":
      lines.push(`Output ${columns(node)}`);
      break;
    case "hashAggregate":
      lines.push(`Keys [${node.grouping.length}]: ${list(node.grouping)}`);
      lines.push(
        `Functions [${node.aggregates.length}]: [${node.aggregates.map(({ call }) => `${node.mode === "partial" ? "partial_" : ""}${expressionText(call)}`).join(", ")}]`,
      );
      lines.push(`Results ${columns(node)}`);
      break;
    case "hashJoin":
    case "sortMergeJoin":
      lines.push(`Left keys [${node.leftKeys.length}]: ${list(node.leftKeys)}`);
      lines.push(`Right keys [${node.rightKeys.length}]: ${list(node.rightKeys)}`);
      lines.push(`Join type: ${node.type}`);
      lines.push(`Join condition: ${node.condition === null ? "None" : expressionText(node.condition)}`);
      break;
    case "nestedLoopJoin":
      lines.push(`Join type: ${node.type}`);
      lines.push(`Join condition: ${node.condition === null ? "None" : expressionText(node.condition)}`);
      break;
    case "sort":
    case "topK":
      lines.push(`Arguments: [${node.order.map(orderText).join(", ")}]${node.kind === "topK" ? `, ${node.limit}` : ""}`);
      break;
    case "exchange":
      lines.push(`Arguments: ${partitioningText(node.partitioning)}, [plan_id=${node.id}]`);
      break;
    default: {
      const text = operatorText(node, exchanges);
      const rest = text.slice(operatorName(node, exchanges).length).trim();
      if (rest !== "") lines.push(`Arguments: ${rest}`);
    }
  }
  return lines;
}
