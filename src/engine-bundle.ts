/**
 * The one bundle that programs and task threads load, so that each class exists once in a thread. Its two halves are evaluated where
 * they are asked for: a task thread needs neither the API nor the planner of queries (30 of 40 ms of its start).
 */
import type * as Engine from "./engine";
import type * as TaskSide from "./task-side";

/** What programs and the command line have. */
export function programs(): typeof Engine {
  return require("./engine") as typeof Engine;
}

/** Entry of a task thread. */
export function taskThreadMain(firstRest: () => void): void {
  (require("./task-side") as typeof TaskSide).taskThreadMain(firstRest);
}
