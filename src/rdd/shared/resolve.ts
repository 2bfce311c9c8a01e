/** References to shared variables in captured functions, resolved in the thread of the task. */
import { InternalError } from "../../common/errors";
import type { CaptureReviver } from "../exec/task-run";
import { ACCUMULATOR, resolveAccumulator } from "./accumulator";
import { BROADCAST, resolveBroadcast } from "./broadcast";

/** For the reviver's `resolveRef`: what `ref` and `id` of a TravelReference stand for in this thread. */
export function resolveShared(ref: string, id: unknown, reviver: CaptureReviver): object {
  switch (ref) {
    case ACCUMULATOR:
      return resolveAccumulator(id, reviver);
    case BROADCAST:
      return resolveBroadcast(id, reviver);
    default:
      throw new InternalError(`A captured function refers to an unknown kind of shared variable, ${ref}.`);
  }
}
