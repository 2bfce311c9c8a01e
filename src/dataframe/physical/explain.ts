/** What EXPLAIN and df.explain print, in Spark's modes. */
import { unreachable } from "../../common/errors";
import {
  attributeText,
  expressionText,
  fieldList,
  joinName,
  nodeText,
  orderText,
  planText,
  treeText,
  withFieldsAtMost,
} from "../logical/print";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { childrenOf as logicalChildren, subqueryPlans } from "../logical/traverse";
import { Statistics } from "../optimizer/statistics";
import type { ExplainMode as Mode } from "../syntax/command";
import { simpleString } from "../types/text";
import type { PhysicalPlan } from "./plan";
import {
  aggregateTexts,
  exchangesOf,
  operatorName,
  operatorText,
  partitioningText,
  physicalText,
  scanDetails,
  type Exchanges,
} from "./print";
import { childrenOf, walk } from "./traverse";

export type ExplainMode = Exclude<Mode, "logical">;

export interface Explained {
  /** The plan as it was written, as text. */
  parsed(): string;
  readonly analyzed: LogicalPlan;
  readonly optimized: LogicalPlan;
  readonly physical: PhysicalPlan;
  /** With adaptive execution the plan may still change. */
  readonly adaptive?: boolean;
  /** Once it has run. */
  readonly ran?: CarriedOut;
  /** The generated code of each stage. */
  codegen?(): readonly { readonly title: string; readonly code: string }[];
}

/** The plan as it was in the end, and the rows that each operator gave; null where it did not count. */
export interface CarriedOut {
  readonly plan: PhysicalPlan;
  rowsOf(operator: number): number | null;
}

/** How much is shown: spark.sql.debug.maxToStringFields and spark.sql.maxPlanStringLength. */
export interface ExplainLimits {
  readonly fields: number;
  readonly characters: number;
}

export function explain(
  mode: ExplainMode,
  query: Explained,
  { fields, characters }: ExplainLimits = { fields: Infinity, characters: Infinity },
): string {
  // Details of operators are complete.
  const text = withFieldsAtMost(mode === "formatted" ? Infinity : fields, () => explained(mode, query));
  if (text.length <= characters) return text;
  const kept = text.slice(0, Math.max(0, characters - CUT_MARK));
  return `${kept}... ${text.length - kept.length} more characters`;
}

/** What EXPLAIN prints of DESCRIBE QUERY, which runs nothing. */
export function explainDescription(mode: Mode, sql: string): string {
  const command = `DescribeQueryCommand ${sql}\n`;
  const physical = `== Physical Plan ==\nExecute DescribeQueryCommand\n   +- ${command}`;
  if (mode === "codegen") return "Found 0 WholeStageCodegen subtrees.\n";
  if (mode === "cost") return `== Optimized Logical Plan ==\n${command}\n${physical}\n`;
  if (mode !== "extended") return `${physical}\n`;
  const sections = ["Parsed", "Analyzed", "Optimized"].map((name) => {
    const schema = name === "Analyzed" ? "col_name: string, data_type: string, comment: string\n" : "";
    return `== ${name} Logical Plan ==\n${schema}${command}`;
  });
  return [...sections, physical].join("\n");
}

/** What EXPLAIN EXTENDED prints of a query that cannot be analysed. */
export function explainFailure(parsed: string, message: string): string {
  return `== Parsed Logical Plan ==\n${parsed}\n== Analyzed Logical Plan ==\n${message}\n`;
}

/** Characters that are kept free for the words that tell of a cut. */
const CUT_MARK = 30;

function explained(mode: ExplainMode, query: Explained): string {
  switch (mode) {
    case "simple":
      return `== Physical Plan ==\n${physical(query)}\n`;
    case "extended":
      return [
        `== Parsed Logical Plan ==\n${query.parsed()}`,
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
  return fieldList(outputOf(plan).map((column) => `${column.name}: ${simpleString(column.type)}`));
}

/** Whether what is measured while the plan runs may change it. As Spark, which has no adaptive plan around others. */
function isAdaptive({ adaptive, physical: plan }: Explained): boolean {
  if (adaptive === false) return false;
  let found = false;
  walk(plan, (node) => {
    if (REGROUPS.has(node.kind)) found = true;
  });
  return found;
}

const REGROUPS: ReadonlySet<PhysicalPlan["kind"]> = new Set([
  "exchange",
  "reusedExchange",
  "hashAggregate",
  "hashJoin",
  "sortMergeJoin",
  "nestedLoopJoin",
  "window",
  "applyInGroups",
  "cogroup",
  "markMatches",
  "markedRows",
]);

function physical(query: Explained): string {
  const { ran } = query;
  if (!isAdaptive(query)) return physicalText(query.physical);
  const initial = physicalText(query.physical).trimEnd().split("\n");
  if (ran === undefined) return ["AdaptiveSparkPlan isFinalPlan=false", ...below(initial), ""].join("\n");
  const final = physicalText(ran.plan).trimEnd().split("\n");
  return ["AdaptiveSparkPlan isFinalPlan=true", ...finalAndInitial(final, initial), ""].join("\n");
}

function below(lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => (i === 0 ? `+- ${line}` : `   ${line}`));
}

function finalAndInitial(final: readonly string[], initial: readonly string[]): readonly string[] {
  const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `   ${line}`);
  return ["+- == Final Plan ==", ...indented(final), "+- == Initial Plan ==", ...indented(initial)];
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
  const statistics = new Statistics(plan);
  const text = (node: LogicalPlan): string => {
    const { bytes, rows } = statistics.of(node);
    return `${nodeText(node)}, Statistics(sizeInBytes=${bytesText(bytes)}, rowCount=${rowsText(rows)})`;
  };
  return treeText(plan, text, logicalChildren, subqueryPlans);
}

/** The tree with numbers, then what there is to say of each number. */
function formatted(query: Explained): string {
  const { ran } = query;
  const adaptive = isAdaptive(query);
  const numbers = new Map<PhysicalPlan, number>();
  const number = (node: PhysicalPlan): void => {
    childrenOf(node).forEach(number);
    if (!numbers.has(node)) numbers.set(node, numbers.size + 1);
  };
  const details: string[] = [];
  const tree = (plan: PhysicalPlan): readonly string[] => {
    const known = numbers.size;
    number(plan);
    const exchanges = exchangesOf(plan);
    for (const [node, id] of numbers)
      if (id > known) details.push([`(${id}) ${detailsOf(node, exchanges).join("\n")}`, ...rowLines(node, ran)].join("\n"));
    return treeText(plan, (node) => `${nameOf(node, exchanges)} (${numbers.get(node)})`, childrenOf)
      .trimEnd()
      .split("\n");
  };
  const final = ran === undefined ? null : tree(ran.plan);
  if (!adaptive) return `${(final ?? tree(query.physical)).join("\n")}\n\n\n${details.join("\n\n")}\n`;
  const initial = tree(query.physical);
  const top = numbers.size + 1;
  const shown = [`AdaptiveSparkPlan (${top})`, ...(final === null ? below(initial) : finalAndInitial(final, initial))];
  const { output } = query.physical;
  details.push(
    `(${top}) AdaptiveSparkPlan\nOutput ${counted(output.map(attributeText))}\nArguments: isFinalPlan=${ran !== undefined}`,
  );
  return `${shown.join("\n")}\n\n\n${details.join("\n\n")}\n`;
}

/** What an operator did. */
function rowLines(node: PhysicalPlan, ran: CarriedOut | undefined): readonly string[] {
  const rows = ran?.rowsOf(node.id) ?? null;
  return rows === null ? [] : [`number of output rows: ${rows}`];
}

/** "[2]: [a#1, b#2]"; behind a word (`before` is a blank) ": []" of none. */
function counted(texts: readonly string[], before = ""): string {
  return texts.length === 0 && before !== "" ? ": []" : `${before}[${texts.length}]: [${texts.join(", ")}]`;
}

function nameOf(node: PhysicalPlan, exchanges: Exchanges): string {
  return node.kind === "scan" ? `Scan ${node.relation.format} ${node.relation.name}` : operatorName(node, exchanges);
}

function detailsOf(node: PhysicalPlan, exchanges: Exchanges): readonly string[] {
  const children = childrenOf(node);
  const lines = [nameOf(node, exchanges)];
  const columns = (plan: PhysicalPlan): string => counted(plan.output.map(attributeText));
  if (children.length === 0) lines.push(`Output ${columns(node)}`);
  if (node.kind === "project") lines.push(`Output ${counted(node.expressions.map(expressionText))}`);
  if (children.length === 1) lines.push(`Input ${columns(children[0] as PhysicalPlan)}`);
  switch (node.kind) {
    case "scan":
      for (const [name, value] of scanDetails(node)) {
        if (name === "Format" || value === "[]") continue;
        lines.push(
          `${name}: ${name === "Location" ? value.replace(/^InMemoryFileIndex\(\d+ paths\)/, "InMemoryFileIndex ") : value}`,
        );
      }
      break;
    case "filter":
      lines.push(`Condition : ${expressionText(node.condition)}`);
      break;
    case "project":
      break;
    case "hashAggregate":
      lines.push(`Keys${counted(node.grouping.map(expressionText), " ")}`);
      lines.push(`Functions${counted(aggregateTexts(node), " ")}`);
      lines.push(`Results ${columns(node)}`);
      break;
    case "hashJoin":
    case "sortMergeJoin":
      lines.push(`Left keys ${counted(node.leftKeys.map(expressionText))}`);
      lines.push(`Right keys ${counted(node.rightKeys.map(expressionText))}`);
      lines.push(`Join type: ${joinName(node)}`);
      lines.push(`Join condition: ${node.condition === null ? "None" : expressionText(node.condition)}`);
      break;
    case "nestedLoopJoin":
      lines.push(`Join type: ${joinName(node)}`);
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
