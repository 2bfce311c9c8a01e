/** Values of expressions that need no row. */
import { constants } from "node:buffer";
import { AnalysisError, QueryError } from "../errors";
import type { SqlSettings } from "../settings";
import { literal } from "./build";
import type { Expression, Literal } from "./expression";
import { interpreter } from "./interpret";
import { printed } from "./print";
import { exists } from "./traverse";

/** V8's words for values that it cannot hold. */
const TOO_LARGE =
  /^Invalid (?:string|array) length|^Array buffer allocation failed|longer than 0x\w+ characters|maximum size exceeded/i;

function tooLarge(error: unknown): boolean {
  return error instanceof Error && TOO_LARGE.test(error.message);
}

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
  try {
    return literal(evaluate([]), expression.type);
  } catch (error) {
    if (!tooLarge(error)) throw error;
    const most = String(constants.MAX_STRING_LENGTH);
    throw new QueryError(
      "UNABLE_TO_ACQUIRE_MEMORY",
      { functionName: printed(expression), requestedBytes: `more than ${most}`, receivedBytes: most },
      "at" in expression ? expression.at : undefined,
    );
  }
}
