/**
 * The captured code of user functions, by their ids: plans are plain data and name functions only. Kept for the life of the
 * process, as a plan that names a function may be kept, too.
 */
import type { Frozen } from "../../closure/frozen";
import { InternalError } from "../../common/errors";

const captured = new Map<string, Frozen>();

/** The code of the function with this id; the same for every plan of every session. */
export function keepFunction(id: string, code: Frozen): void {
  captured.set(id, code);
}

export function capturedFunction(id: string): Frozen {
  const code = captured.get(id);
  if (code === undefined) throw new InternalError(`There is no user function ${id}.`);
  return code;
}
