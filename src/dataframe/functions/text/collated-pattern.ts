/** Regular expressions as the collation of the text has them. */
import type { Call } from "../../expressions/expression";
import { javaPattern } from "./java-regex";
import type { JavaPattern } from "./java-regex";

/** The first argument's collation tells no letters by their case: UTF8_LCASE. */
export function ignoresCase(call: Call): boolean {
  const type = call.args[0]?.type;
  return type?.kind === "string" && type.collation === "UTF8_LCASE";
}

/** As javaPattern, of a function whose first argument is the text. */
export function patternFor(call: Call, pattern: string): JavaPattern {
  return javaPattern(ignoresCase(call) ? `(?ui)${pattern}` : pattern, call.fn);
}
