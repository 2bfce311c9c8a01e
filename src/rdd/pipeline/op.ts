/**
 * The steps of a fused loop. Each contributes source text for one record and passes what comes out to the rest of the
 * loop. One object per step and task: what a step remembers between records lives in it.
 */
import type { LoopBuilder, Term } from "../../columnar";
import { notAPair } from "../../shuffle";

export interface OpBuilder extends LoopBuilder {
  /** Adds statements before the loop over a chunk. */
  enter(code: string): void;
  /** Adds statements after it. */
  leave(code: string): void;
}

/** The statements of the rest of the loop for a record. To be called once. */
type Rest = (output: Term) => string;

/** A step of firesteel's own. */
export interface PlainOp {
  readonly kind: "plain";
  emit(builder: OpBuilder, input: Term, rest: Rest): string;
}

/** A step that calls a function of the user for every record, which may be asynchronous. */
export interface CallOp {
  readonly kind: "call";
  readonly f: (argument: unknown) => unknown;
  /** What the function is called with: the record, or the value of a pair. */
  readonly argument: "record" | "value";
  /** Statements once the result is known. `input` is cheap to repeat. */
  emitResult(builder: OpBuilder, input: Term, result: string, rest: Rest): string;
}

export type Op = PlainOp | CallOp;

/** A term whose value is used more than once: in a local, unless it is cheap as it is. */
export function pairTerm(key: string, value: string): Term {
  return { code: `[${key}, ${value}]`, pair: [key, value] };
}

/** A record that is a pair, in a local, and its two elements, with the statements that take it apart; fails for what is no pair. */
export function takenApart(
  builder: LoopBuilder,
  code: string,
): { readonly setup: string; readonly pair: string; readonly key: string; readonly value: string } {
  const isArray = builder.bind(Array.isArray, "isArray");
  const refuse = builder.bind(notAPair, "notAPair");
  const pair = builder.local("pair");
  const key = builder.local("key");
  const value = builder.local("value");
  const setup = `const ${pair} = ${code};
if (!${isArray}(${pair}) || ${pair}.length !== 2) ${refuse}(${pair});
const ${key} = ${pair}[0], ${value} = ${pair}[1];`;
  return { setup, pair, key, value };
}

/** The two elements of a pair, with statements that make them available where needed. */
export function elements(
  builder: LoopBuilder,
  input: Term,
): { readonly setup: string; readonly key: string; readonly value: string } {
  return input.pair === undefined ? takenApart(builder, input.code) : { setup: "", key: input.pair[0], value: input.pair[1] };
}
