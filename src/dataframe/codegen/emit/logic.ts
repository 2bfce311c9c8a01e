/** and, or, not with three values. The right side is not evaluated where the left one decides. */
import type { Call, Expression } from "../../expressions/expression";
import type { Emitter } from "../emitter";
import { atom } from "../code";
import type { Term } from "../term";

const BOOLEAN = { kind: "boolean" } as const;

export function emitAndOr(emitter: Emitter, call: Call): Term {
  const { writer } = emitter;
  const and = call.fn === "and";
  const [x, y] = call.args as [Expression, Expression];
  const a = emitter.emit(x);
  const { lines, result: b } = writer.capture(() => emitter.emit(y));
  if (lines.length === 0 && a.isNull === null && b.isNull === null) {
    return { type: BOOLEAN, rep: "bool", code: `(${a.code} ${and ? "&&" : "||"} ${b.code})`, isNull: null };
  }
  const value = writer.name("b");
  const decided = and ? "false" : "true";
  // The value that leaves the decision to the other side.
  const undecided = (term: Term): string => (and ? term.code : `!${atom(term.code)}`);
  const mayBeNull = a.isNull !== null || b.isNull !== null;
  const isNull = mayBeNull ? writer.name("n") : null;
  writer.line(`let ${value} = ${decided};`);
  if (isNull !== null) writer.line(`let ${isNull} = false;`);
  writer.line(`if (${a.isNull === null ? "" : `${atom(a.isNull)} || `}${undecided(a)}) {`);
  writer.lines(lines);
  const open = `${value} = ${and ? "true" : "false"};`;
  const whenUndecided = a.isNull === null ? open : `{ if (${a.isNull}) ${isNull!} = true, ${value} = false; else ${open} }`;
  if (b.isNull === null) writer.line(`if (${undecided(b)}) ${whenUndecided}`);
  else writer.line(`if (${b.isNull}) ${isNull!} = true, ${value} = false; else if (${undecided(b)}) ${whenUndecided}`);
  writer.line("}");
  return { type: BOOLEAN, rep: "bool", code: value, isNull };
}

export function emitNot(emitter: Emitter, call: Call): Term {
  const child = emitter.emit(call.args[0]!);
  return { type: BOOLEAN, rep: "bool", code: `!${atom(child.code)}`, isNull: child.isNull };
}
