/**
 * Error classes of queries: SQLSTATE and a message of our own for each of Spark's names that we use. Where there is no
 * message, the error's parameters speak for themselves.
 */
import type { ErrorDetails } from "../common/errors";
import { errorMessages } from "./error-messages";
import { errorStates } from "./error-states";
import type { Parameters, QueryContext } from "./errors";

const stateOf = new Map<string, string>();
for (const [state, names] of Object.entries(errorStates)) for (const name of names.split(" ")) stateOf.set(name, state);

export function sqlStateOf(errorClass: string): Pick<ErrorDetails, "sqlState"> {
  const point = errorClass.indexOf(".");
  const sqlState = stateOf.get(point < 0 ? errorClass : errorClass.slice(0, point));
  return sqlState === undefined ? {} : { sqlState };
}

/** The message, then where in the query: line, column and the fragment underlined, or the call in the program. */
export function renderError(errorClass: string, parameters: Parameters, context: QueryContext | undefined): string {
  const message = messageOf(errorClass, parameters);
  const place = context === undefined ? "" : placeOf(context);
  return place === "" ? message : `${message}\n${place}`;
}

function messageOf(errorClass: string, parameters: Parameters): string {
  const point = errorClass.indexOf(".");
  const template = errorMessages[errorClass] ?? (point < 0 ? undefined : errorMessages[errorClass.slice(0, point)]);
  const filled = template === undefined ? null : fill(template, parameters);
  if (filled !== null) return filled;
  const listed = Object.entries(parameters).map(([name, value]) => `${name}: ${value}`);
  return listed.length > 0 ? `${listed.join(", ")}.` : `${errorClass.toLowerCase().replaceAll(/[_.]/g, " ")}.`;
}

/** Null where a hole has no parameter. */
function fill(template: string, parameters: Parameters): string | null {
  let complete = true;
  const text = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) complete = false;
    return value ?? "";
  });
  return complete ? text : null;
}

const widest = 120;

function placeOf(context: QueryContext): string {
  const { fragment, line, column, callSite } = context;
  if (context.startIndex < 0) {
    if (callSite === undefined) return fragment === "" ? "" : `  in ${fragment}`;
    return fragment.includes(callSite) ? `  in ${fragment}` : `  in ${fragment} at ${callSite}`;
  }
  if (context.sourceLine !== undefined && context.sourceLine.trim() !== "")
    return `  line ${String(line)}, column ${String((column ?? 0) + 1)}:\n${underlined(context.sourceLine, column ?? 0, fragment)}`;
  if (fragment === "") return line === undefined ? "" : `  line ${String(line)}, column ${String((column ?? 0) + 1)}`;
  const [first = "", ...others] = fragment.split("\n");
  const shown = first.length > widest ? `${first.slice(0, widest)}…` : first;
  const where = line === undefined ? "  in the query:" : `  line ${String(line)}, column ${String((column ?? 0) + 1)}:`;
  const carets = "^".repeat(Math.max(1, shown.length));
  return `${where}\n    ${shown}${others.length > 0 ? " …" : ""}\n    ${carets}`;
}

/** The line with carets beneath `fragment`, which begins at `column`; of a long line, the part around it. */
function underlined(line: string, column: number, fragment: string): string {
  const from = line.length <= widest ? 0 : Math.max(0, Math.min(column - widest / 2, line.length - widest));
  const [before, after] = [from > 0 ? "…" : "", from + widest < line.length ? "…" : ""];
  const shown = before + line.slice(from, from + widest) + after;
  const at = column - from + before.length;
  const length = Math.max(1, Math.min(fragment.split("\n", 1)[0]!.length, shown.length - at));
  // Tabs keep their width, so that carets stand beneath what they point at.
  return `    ${shown.trimEnd()}\n    ${shown.slice(0, at).replaceAll(/[^\t]/g, " ")}${"^".repeat(length)}`;
}
