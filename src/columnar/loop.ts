/**
 * The contract between the generated loop of a stage and what ends it (an action, a cache, a shuffle writer). A stage's
 * pipeline is one JavaScript function per form of input chunk; the sink contributes three pieces of its source.
 */

/** A value in generated code. */
export interface Term {
  /** An expression without side effects, cheap to repeat: a local's name or a literal. */
  readonly code: string;
  /**
   * Where the value is known to be a two-element array: its elements, so that a sink that takes pairs apart lets no
   * array be made. `code` is then an array expression.
   */
  readonly pair?: readonly [string, string];
}

/** Names for the values that generated code closes over, and for its locals. */
export interface LoopBuilder {
  /** Makes `value` available under the returned constant name. */
  bind(value: unknown, hint: string): string;
  /** A name not used elsewhere in the function. */
  local(hint: string): string;
}

export interface SinkCode {
  /** Statements before the loop over a chunk: load state into locals. */
  readonly enter: string;
  /** Statements for one record. */
  row(value: Term): string;
  /** Statements after the loop over a chunk, also when `stopped` ended it: store locals back. Not run when a user function threw. */
  readonly leave: string;
  /** An expression over the locals, looked at after each record: true when no more records are wanted. */
  readonly stopped?: string;
}

/** One use per task: state lives in the object, the code of all tasks of a stage is the same text. */
export interface Sink {
  emit(builder: LoopBuilder): SinkCode;
}
