/**
 * Computations in steps. Each step asks for what an aggregate program gives of a whole dataset, and the computation goes on with the
 * answer: the passes of a minimiser, the iterations of a clustering. A step may be a job (`TaskData.steps`), or a round of threads that
 * have the dataset in their memory (crew-steps). Answers are the same to the last bit: partial results are merged in the order of
 * partitions.
 */
import { InternalError } from "../../common/errors";
import type { AggregateProgram } from "./programs";

/** What one step asks. `spec` is plain data. */
export interface Ask {
  readonly program: AggregateProgram<unknown, unknown, unknown>;
  readonly spec: unknown;
}

/** Deterministic: a computation that is begun again comes to the same. */
export type Steps<T> = Generator<Ask, T, unknown>;

/** One step; null of no partitions. */
export function* asked<S, I, P>(program: AggregateProgram<S, I, P>, spec: S): Generator<Ask, P | null, unknown> {
  return (yield { program: program, spec }) as P | null;
}

/** A computation that threads know by name; S and T are plain data. */
export interface StepsProgram<S, T> {
  readonly name: string;
  run(spec: S): Steps<T>;
}

const known = new Map<string, StepsProgram<unknown, unknown>>();

/** Makes a computation known. Called once, where the module is loaded. */
export function stepsProgram<S, T>(program: StepsProgram<S, T>): StepsProgram<S, T> {
  if (known.has(program.name)) throw new InternalError(`There are two computations ${program.name}.`);
  known.set(program.name, program);
  return program;
}

export function stepsNamed(name: string): StepsProgram<unknown, unknown> {
  const program = known.get(name);
  if (program === undefined) throw new InternalError(`No computation ${name} is known in this thread.`);
  return program;
}
