/** Functions of firesteel's own that run in tasks: they travel by name. */
import { InternalError } from "../../common/errors";
import { addToSketch, estimateOf, mergeSketches } from "../approximate/sketch";

type Function1 = (...args: never[]) => unknown;

const builtins: Readonly<Record<string, Function1>> = {
  identity: (x: unknown) => x,
  /** Partition functions: (iterator, partition) => result. */
  addToSketch,
  mergeSketches,
  estimateOf,
  toArray: (records: Iterable<unknown>) => [...records],
};

export function builtin(name: string): Function1 {
  const found = builtins[name];
  if (found === undefined) throw new InternalError(`No built-in function ${name}.`);
  return found;
}
