/** V8's sampling profiler around one task, in the thread that runs it. */
import type { Session } from "node:inspector";
import type { ProfileNode } from "../../common/call-tree";

/** Time between two samples, µs. */
export const PROFILE_MICROS = 1000;

let session: Session | null = null;

/** Samples this thread from now on, until what it returns is called: that answers V8's call tree. One at a time. */
export function profileTask(): () => readonly ProfileNode[] {
  const profiler = (session ??= openSession());
  profiler.post("Profiler.start");
  return () => {
    let nodes: readonly ProfileNode[] = [];
    // A session with its own thread answers at once.
    profiler.post("Profiler.stop", (error, answer) => {
      if (error === null) nodes = answer.profile.nodes;
    });
    return nodes;
  };
}

function openSession(): Session {
  const { Session: InspectorSession } = require("node:inspector") as typeof import("node:inspector");
  const opened = new InspectorSession();
  opened.connect();
  opened.post("Profiler.enable");
  opened.post("Profiler.setSamplingInterval", { interval: PROFILE_MICROS });
  return opened;
}
