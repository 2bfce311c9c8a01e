/** The RDD layer's half of a worker thread: implements the port through which the thread runs tasks. */
import { join } from "node:path";
import { encodeValue, type ValueContext } from "../../columnar";
import { Reviver } from "../../closure/reviver";
import { shippedFile } from "../../closure/shipped-packages";
import { resolveShared } from "../shared/resolve";
import { threadTask } from "../shared/thread-task";
import type { StageProgram, TaskRunner } from "../task-runner";
import { Program } from "./program";
import type { CaptureReviver } from "./task-run";

/** How captures become live in a thread, and how values of the user's classes cross. */
interface ThreadClosures {
  readonly reviver: CaptureReviver;
  readonly values: ValueContext;
}

/**
 * A task runner for a worker thread.
 *
 * @param engineModule the exports of firesteel in this thread: what user functions import.
 * @param closures the thread's own by default; tests have others.
 */
export function openTaskRunner(engineModule: object, closures: ThreadClosures = threadClosures(engineModule)): TaskRunner {
  const { reviver, values } = closures;
  return {
    values,
    loadStage: (_id, bytes): StageProgram => new Program(bytes, reviver),
    encodeThrown: (thrown) => encoded(thrown, values) ?? withPlainCause(thrown, () => encoded(thrown, values)),
  };
}

function encoded(thrown: unknown, values: ValueContext): Uint8Array | null {
  try {
    return encodeValue(thrown, values, "error");
  } catch {
    return null;
  }
}

/** An error whose cause cannot travel, such as one of a class that only this thread knows, travels with the cause's words. */
function withPlainCause(thrown: unknown, encode: () => Uint8Array | null): Uint8Array | null {
  if (!(thrown instanceof Error) || !(thrown.cause instanceof Error)) return null;
  const { cause } = thrown;
  thrown.cause = Object.assign(new Error(cause.message), { name: cause.name, stack: cause.stack });
  try {
    return encode();
  } finally {
    thrown.cause = cause;
  }
}

function threadClosures(engineModule: object): ThreadClosures {
  const reviver: Reviver = new Reviver({
    engineModule,
    resolveRef: (ref, id) => resolveShared(ref, id, reviver),
    fetchPackage: (target) => {
      const env = threadTask()?.env;
      return env && shippedFile(target, join(env.directory, "packages"), (block) => env.blocks.fetchBytes(block));
    },
  });
  return { reviver, values: reviver.classes };
}
