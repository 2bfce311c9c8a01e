/**
 * Corrects the statement that a failed `assert(…)` quotes. Node reads it from the file at the position in the code that ran, where
 * another statement stands if the file was compiled as it was loaded.
 */
import type { AssertionError } from "node:assert";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const QUOTED = "The expression evaluated to a falsy value:\n\n";
const FRAME = /^\s+at .*?((?:file:\/\/)?\/[^\s():]+):(\d+):(\d+)\)?$/m;

/** The stack (in the user's positions) with the statement at its first frame; as it was where nothing was to be quoted. */
export function withFailedStatement(error: Error, stack: string): string {
  const { code, generatedMessage, operator, expected } = error as Partial<AssertionError>;
  if (code !== "ERR_ASSERTION" || generatedMessage !== true || operator !== "==" || expected !== true) return stack;
  const frame = FRAME.exec(stack);
  const statement = frame && statementAt(frame[1]!, Number(frame[2]), Number(frame[3]));
  // "false == true" is what Node says where it finds no statement, and what assert.equal(false, true) says.
  if (!statement || !(error.message.startsWith(QUOTED) || /^(?:assert\.)?(?:ok|assert)\(/.test(statement))) return stack;
  return stack.replace(error.message, () => `${QUOTED}  ${statement}\n`);
}

/** From the beginning of the line to the bracket that closes the call at the column; undefined where that cannot be read. */
function statementAt(file: string, line: number, column: number): string | undefined {
  let lines: string[];
  try {
    lines = readFileSync(file.startsWith("file:") ? fileURLToPath(file) : file, "utf8").split(/\r?\n/);
  } catch {
    return undefined;
  }
  const first = lines[line - 1];
  if (first === undefined) return undefined;
  const text = [first, ...lines.slice(line, line + 20)].join("\n");
  let depth = 0;
  let quote = "";
  for (let at = column - 1; at < text.length; at++) {
    const char = text[at]!;
    if (quote !== "") {
      if (char === "\\") at++;
      else if (char === quote) quote = "";
    } else if (/["'`]/.test(char)) quote = char;
    else if (/[([{]/.test(char)) depth++;
    else if (/[)\]}]/.test(char) && --depth <= 0) return text.slice(0, at + 1).trim();
  }
  return first.trim();
}
