/** Error classes of queries: SQLSTATE and a message of our own for each of Spark's names that we use. */
import type { ErrorDetails } from "../common/errors";
import type { Parameters, QueryContext } from "./errors";

export function renderError(_errorClass: string, parameters: Parameters, _context: QueryContext | undefined): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
}

export function sqlStateOf(_errorClass: string): Pick<ErrorDetails, "sqlState"> {
  return {};
}
