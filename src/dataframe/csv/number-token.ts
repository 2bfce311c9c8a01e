/** Tokens that are floating-point numbers. */
import type { CsvOptions } from "./options";

/** As Java reads them: spaces around and a type's letter behind are fine. */
const FLOATING = /^[\0- ]*([+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))[fFdD]?[\0- ]*$/;

/** null for other text. */
export function floatingOf(token: string, options: Pick<CsvOptions, "nanValue" | "positiveInf" | "negativeInf">): number | null {
  if (token === options.nanValue) return NaN;
  if (token === options.positiveInf) return Infinity;
  if (token === options.negativeInf) return -Infinity;
  const found = FLOATING.exec(token);
  return found === null ? null : Number(found[1]);
}
