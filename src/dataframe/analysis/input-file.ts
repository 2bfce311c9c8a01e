/** input_file_name() and its kin name the file of a row, which is ambiguous above a join of several sources. */
import { AnalysisError } from "../errors";
import { walk } from "../expressions/traverse";
import type { LogicalPlan } from "../logical/plan";
import { childrenOf, expressionsOf, walkPlan } from "../logical/traverse";

const FUNCTIONS: ReadonlySet<string> = new Set(["input_file_name", "input_file_block_start", "input_file_block_length"]);

/** Throws MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION where one stands above a join of files. */
export function checkInputFiles(plan: LogicalPlan): void {
  walkPlan(plan, (node) => {
    for (const expression of expressionsOf(node)) {
      walk(expression, (one) => {
        if (one.kind !== "call" || !FUNCTIONS.has(one.fn) || sourcesOf(node) <= 1) return;
        throw new AnalysisError("MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION", { expr: `"${one.fn}()"` }, one.at);
      });
    }
  });
}

/** Files that are read at the same time; those of a union are read one after the other. */
function sourcesOf(plan: LogicalPlan): number {
  if (plan.kind === "scan") return plan.relation.files === null ? 0 : 1;
  const below = childrenOf(plan).map(sourcesOf);
  const most = Math.max(0, ...below);
  return plan.kind === "union" || most > 1 ? most : below.reduce((sum, one) => sum + one, 0);
}
