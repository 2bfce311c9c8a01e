/**
 * Text of the loops of a stage: the steps and the sink, fused, for one form of chunk; and the same beginning after a step
 * whose results came later, as promises. See pipeline/loop.ts for how they run.
 */
import { type ChunkForm, chunkLoop, type Sink, type Term } from "../../columnar";
import type { AsyncGate } from "./async-gate";
import { type CallOp, type Op, type OpBuilder, takenApart } from "./op";

export interface LoopText {
  /** A function expression of (chunk, bound). It returns whether the sink wants no more records. */
  readonly text: string;
  /** Values for `bound`, in order; they differ between the tasks of a stage, the text does not. */
  readonly bound: readonly unknown[];
}

/** Inputs of an asynchronous step with what it made of them. */
export interface Resumed {
  readonly inputs: readonly unknown[];
  readonly results: readonly unknown[];
}

class Builder implements OpBuilder {
  readonly bound: unknown[] = [];
  readonly declarations: string[] = [];
  readonly entered: string[] = [];
  readonly left: string[] = [];
  #names = 0;

  bind(value: unknown, hint: string): string {
    const name = this.local(hint);
    this.declarations.push(`const ${name} = bound[${this.bound.length}];`);
    this.bound.push(value);
    return name;
  }

  local(hint: string): string {
    return `${hint}$${this.#names++}`;
  }

  enter(code: string): void {
    this.entered.push(code);
  }

  leave(code: string): void {
    this.left.push(code);
  }
}

/** Where the statements for one record begin. */
type Start = (builder: Builder, rest: (from: number, term: Term) => string) => string;

/**
 * The loop over chunks of one form. `gates[i]` belongs to step i where that calls a function of the user.
 *
 * @param settled all of these functions are known to be synchronous: the loop only looks whether that stays so, which
 * costs less than being ready for both.
 */
export function loopText(
  form: ChunkForm,
  ops: readonly Op[],
  gates: readonly (AsyncGate | null)[],
  sink: Sink,
  settled: boolean,
): LoopText {
  return build(ops, gates, sink, settled, (builder, rest) => chunkLoop(form, builder, (term) => rest(0, term)));
}

/** The loop over results of step `at`. */
export function resumedText(at: number, ops: readonly Op[], gates: readonly (AsyncGate | null)[], sink: Sink): LoopText {
  const op = ops[at] as CallOp;
  return build(ops, gates, sink, false, (builder, rest) => {
    const i = builder.local("i");
    const input = builder.local("input");
    const result = builder.local("result");
    return `const inputs = chunk.inputs, results = chunk.results;
for (let ${i} = 0; ${i} < inputs.length; ${i}++) {
const ${input} = inputs[${i}], ${result} = results[${i}];
${op.emitResult(builder, { code: input }, result, (term) => rest(at + 1, term))}
}`;
  });
}

function build(ops: readonly Op[], gates: readonly (AsyncGate | null)[], sink: Sink, settled: boolean, start: Start): LoopText {
  const builder = new Builder();
  const sinkCode = sink.emit(builder);
  const rest = (from: number, term: Term): string => {
    const op = ops[from];
    if (op === undefined) {
      const row = sinkCode.row(term);
      return sinkCode.stopped === undefined ? row : `${row}\nif (${sinkCode.stopped}) break run;`;
    }
    const next = (output: Term): string => rest(from + 1, output);
    return op.kind === "plain" ? op.emit(builder, term, next) : callText(builder, op, gates[from]!, settled, term, next);
  };
  const body = start(builder, rest);
  const text = `function (chunk, bound) {
"use strict";
${builder.declarations.join("\n")}
${[...builder.entered, sinkCode.enter].join("\n")}
run: {
${sinkCode.stopped === undefined ? "" : `if (${sinkCode.stopped}) break run;`}
${body}
}
${[sinkCode.leave, ...builder.left].join("\n")}
return ${sinkCode.stopped ?? "false"};
}`;
  return { text, bound: builder.bound };
}

/**
 * The call of a user function. Its first result in a partition decides: from a promise on, inputs are only collected,
 * and the rest of the loop runs over the results when they are there.
 */
function callText(
  builder: Builder,
  op: CallOp,
  gate: AsyncGate,
  settled: boolean,
  input: Term,
  rest: (term: Term) => string,
): string {
  const f = builder.bind(op.f, "f");
  const held = builder.bind(gate, "gate");
  const result = builder.local("result");
  let setup = "";
  let record = input;
  let argument = input.code;
  if (op.argument === "value") {
    if (input.pair === undefined) {
      const taken = takenApart(builder, input.code);
      setup = taken.setup;
      record = { code: taken.pair, pair: [taken.key, taken.value] };
    }
    argument = record.pair![1];
  } else if (input.pair !== undefined) {
    const made = builder.local("record");
    setup = `const ${made} = ${input.code};`;
    record = { code: made, pair: input.pair };
    argument = made;
  }
  const isPromise = `typeof ${result} === "object" && ${result} !== null && typeof ${result}.then === "function"`;
  const then = op.emitResult(builder, record, result, rest);
  if (settled) {
    return `${setup}
const ${result} = ${f}(${argument});
if (${isPromise}) ${held}.refuse(${result});
${then}`;
  }
  const mode = builder.local("mode");
  builder.enter(`let ${mode} = ${held}.mode;`);
  builder.leave(`${held}.mode = ${mode};`);
  return `${setup}
if (${mode} === 2) ${held}.collect(${record.code});
else {
const ${result} = ${f}(${argument});
if (${isPromise}) ${mode} = ${held}.first(${mode}, ${record.code}, ${result});
else {
${mode} = 1;
${then}
}
}`;
}
