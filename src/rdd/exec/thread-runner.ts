/** The RDD layer's half of a worker thread: implements the port through which the thread runs tasks. */
import { encodeValue, type ValueContext } from "../../columnar";
import { Reviver } from "../../closure/reviver";
import { resolveShared } from "../shared/resolve";
import type { StageProgram, TaskRunner } from "../task-runner";
import { Program } from "./program";
import type { CaptureReviver } from "./task-run";

/** @param reviver the thread's closure reviver; its references to shared variables resolve by `resolveShared`. */
export function createTaskRunner(reviver: CaptureReviver, values: ValueContext): TaskRunner {
  return {
    values,
    loadStage: (_id, bytes): StageProgram => new Program(bytes, reviver),
    encodeThrown(thrown) {
      try {
        return encodeValue(thrown, values, "error");
      } catch {
        return null;
      }
    },
  };
}

/** A task runner for a worker thread. @param engineModule the exports of firesteel in this thread: what user functions import. */
export function openTaskRunner(engineModule: object): TaskRunner {
  const reviver: Reviver = new Reviver({ engineModule, resolveRef: (ref, id) => resolveShared(ref, id, reviver) });
  return createTaskRunner(reviver, reviver.classes);
}
