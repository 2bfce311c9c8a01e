/**
 * The registry as expressions see it. The families of functions are written in terms of expressions, so expressions
 * cannot import them: functions/index.ts puts the registry here when it is loaded.
 */
import { InternalError } from "../../common/errors";
import type { FunctionRegistry } from "../functions/registry";

let table: FunctionRegistry | null = null;

export function installFunctions(registry: FunctionRegistry): void {
  table = registry;
}

export function functionTable(): FunctionRegistry {
  if (table === null) throw new InternalError("The functions are not loaded.");
  return table;
}
