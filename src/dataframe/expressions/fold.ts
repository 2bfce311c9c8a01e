/** Values of expressions that need no row. */
import { AnalysisError } from "../errors";
import type { SqlSettings } from "../settings";
import { literal } from "./build";
import type { Expression, Literal } from "./expression";
import { interpreter } from "./interpret";
import { printed } from "./print";
import { exists } from "./traverse";

/** Evaluates an expression without columns; what its functions throw for bad values passes through. */
export function foldExpression(expression: Expression, settings: SqlSettings): Literal {
  if (expression.kind === "literal") return expression;
  const column = exists(expression, (node) => node.kind === "attribute" || node.kind === "outer");
  if (column) {
    throw new AnalysisError(
      "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
      { inputExpr: `"${printed(expression)}"` },
      "at" in expression ? expression.at : undefined,
    );
  }
  const evaluate = interpreter(expression, [], { settings, partition: 0, inputFile: () => null });
  return literal(evaluate([]), expression.type);
}
