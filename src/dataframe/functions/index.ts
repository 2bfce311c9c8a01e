/** All functions and operators: the families joined. Loading this makes them known to expressions. */
import { installFunctions } from "../expressions/function-table";
import { extractFunctions } from "./families/extract";
import { FunctionRegistry } from "./registry";
import type { FunctionEntry } from "./registry";

/** One line a family. */
const families: readonly (readonly FunctionEntry[])[] = [extractFunctions];

export const builtins: FunctionRegistry = new FunctionRegistry(families.flat());

installFunctions(builtins);
