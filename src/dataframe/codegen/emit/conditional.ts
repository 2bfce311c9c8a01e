/** case, if, coalesce: only the branch that is taken is evaluated. */
import type { Call, Expression } from "../../expressions/expression";
import type { DataType } from "../../../columnar/types";
import type { Emitter } from "../emitter";
import { initialOf } from "../code";
import { exactCode, pairOf, repOf, type Range, type Rep, type Term } from "../term";
import { isLongLike } from "../../types/families";

/** Arguments: conditions and values in turn, then perhaps the value of "else". */
export function emitCase(emitter: Emitter, call: Call): Term {
  return branches(emitter, call.type, (assign) => chain(emitter, call.args, 0, assign));
}

export function emitIf(emitter: Emitter, call: Call): Term {
  return emitCase(emitter, call);
}

function chain(emitter: Emitter, args: readonly Expression[], at: number, assign: Assign): void {
  if (at === args.length) return assign(null);
  if (at === args.length - 1) return assign(args[at]!);
  const { writer } = emitter;
  const condition = emitter.condition(args[at]!);
  writer.nest(`if (${condition})`, () => assign(args[at + 1]!));
  const { lines } = writer.capture(() => chain(emitter, args, at + 2, assign));
  if (lines.length === 0) return;
  writer.line("else {");
  writer.lines(lines);
  writer.line("}");
}

export function emitCoalesce(emitter: Emitter, call: Call): Term {
  return branches(emitter, call.type, (assign, isKnown) => {
    const next = (at: number): void => {
      if (at === call.args.length) return;
      const { writer } = emitter;
      const always = isKnown(call.args[at]!);
      assign(call.args[at]!);
      if (always || at === call.args.length - 1) return;
      const missing = writer.name("missing");
      writer.line(`const ${missing} = @null@;`);
      writer.nest(`if (${missing})`, () => next(at + 1));
    };
    next(0);
  });
}

/** Gives the result the value of an expression; null: no value. */
type Assign = (value: Expression | null) => void;

/**
 * Locals that several branches assign. How values are held is known when all branches have been written: strings are bytes
 * unless all are text, integers are "safe" when all are.
 */
function branches(
  emitter: Emitter,
  type: DataType,
  write: (assign: Assign, neverNull: (expression: Expression) => boolean) => void,
): Term {
  const { writer } = emitter;
  const result = writer.name("r");
  const start = writer.name("s");
  const end = writer.name("e");
  const isNull = writer.name("n");
  const big = writer.name("big");
  const pair = { high: writer.name("high"), low: writer.name("low"), beyond: big };
  // Only where some branch is not safe.
  const pairLines = new Set<string>();
  const integers = isLongLike(type);
  const isText = type.kind === "string" || type.kind === "binary";
  let rep: Rep = isText ? "bytes" : isLongLike(type) ? "safe" : repOf(type);
  let range: Range | null = null;
  let mayBeNull = false;
  const { lines } = writer.capture(() =>
    write(
      (expression) => {
        if (expression === null) {
          mayBeNull = true;
          return;
        }
        const emitted = emitter.emit(expression);
        const term = isText ? emitter.bytes(emitted) : emitted;
        if (term.isNull !== null) mayBeNull = true;
        if (term.rep === "any") rep = "any";
        if (integers) {
          const { high, low } = pairOf(term);
          const line = `${pair.high} = ${high}; ${pair.low} = ${low}; ${big} = ${term.pair?.beyond ?? term.big ?? "null"};`;
          pairLines.add(line);
          writer.line(line);
        }
        if (term.range !== undefined && term.isNull !== "true") {
          range = range === null ? term.range : [Math.min(range[0], term.range[0]), Math.max(range[1], term.range[1])];
        }
        writer.line(`${isNull} = ${term.isNull ?? "false"};`);
        writer.line(`${result} = ${term.code};`);
        if (isText) writer.line(`${start} = ${term.start!}; ${end} = ${term.end!};`);
      },
      (expression) => !expression.nullable,
    ),
  );
  writer.line(`let ${result} = ${initialOf(rep)};`);
  if (isText) writer.line(`let ${start} = 0, ${end} = 0;`);
  // What the branches say changes it, which the type checker does not see.
  const isAny = rep === "any";
  if (isAny) writer.line(`let ${pair.high} = 0, ${pair.low} = 0, ${big} = null;`);
  if (mayBeNull) writer.line(`let ${isNull} = true;`);
  // Where no branch can be null nobody asks.
  const kept = lines.filter((line) => (mayBeNull || line !== `${isNull} = false;`) && (isAny || !pairLines.has(line)));
  writer.lines(kept.map((line) => line.replace("@null@", mayBeNull ? isNull : "false")));
  return {
    type,
    rep,
    code: result,
    isNull: mayBeNull ? isNull : null,
    ...(isText && { start, end }),
    ...(isAny && { big: exactCode(pair), pair }),
    // Of nulls alone: an integer has a range all the same.
    ...(range !== null ? { range } : rep === "int" || rep === "safe" || isAny ? { range: [0, 0] as Range } : {}),
  };
}
