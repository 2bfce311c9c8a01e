/** The driver's own process, measured as executors are: memory and CPU, what its main thread does, where its time goes. */
import type { Session } from "node:inspector";
import { getHeapStatistics } from "node:v8";
import { CallTreeBuilder, IDLE_FRAMES, type ProfileNode } from "../common/call-tree";
import type { EventOf } from "../events/listener-events";

/** How long the main thread is watched for a stack, and how often it is looked at. */
const LOOK_MS = 200;
const LOOK_EVERY_MICROS = 1000;

export interface DriverThread {
  readonly name: string;
  readonly state: string;
  readonly stack: string;
  readonly taskId: null;
}

export class DriverProcess {
  #cpu = process.cpuUsage();
  #at = performance.now();
  #profiler: { readonly session: Session; readonly intervalMicros: number; readonly from: number } | null = null;
  #tree = new CallTreeBuilder();

  /** CPU is that since the sample before, in cores. The heap's bound stands for what the process may take. */
  sample(): EventOf<"FiresteelExecutorSample"> {
    const { user, system } = process.cpuUsage(this.#cpu);
    const now = performance.now();
    const cpu = (user + system) / 1000 / Math.max(1, now - this.#at);
    this.#cpu = process.cpuUsage();
    this.#at = now;
    const heap = getHeapStatistics();
    return {
      type: "FiresteelExecutorSample",
      time: Date.now(),
      executorId: "driver",
      rss: process.memoryUsage.rss(),
      limit: heap.heap_size_limit,
      heap: heap.used_heap_size,
      storage: 0,
      execution: 0,
      cpu,
      activeTasks: 0,
    };
  }

  /**
   * The stack that the main thread was in most often while it was watched: whoever asks is answered by that very thread, so it cannot
   * be stopped for a look. Empty, and "waiting", where that was no JavaScript.
   */
  async threads(): Promise<DriverThread[]> {
    const session = open();
    try {
      await begin(session, LOOK_EVERY_MICROS);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const stack = hottestStack(await end(session));
      return [{ name: "main", state: stack === "" ? "waiting" : "running", stack, taskId: null }];
    } finally {
      session.disconnect();
    }
  }

  async startProfile(intervalMicros: number): Promise<void> {
    this.#profiler?.session.disconnect();
    this.#tree = new CallTreeBuilder();
    const session = open();
    this.#profiler = { session, intervalMicros, from: Date.now() };
    await begin(session, intervalMicros);
  }

  /** What was sampled since the start, as a CallTree in JSON; "" where nothing was started. */
  async readProfile(andStop: boolean): Promise<string> {
    const profiler = this.#profiler;
    if (profiler === null) return "";
    const { session, intervalMicros, from } = profiler;
    this.#tree.add(await end(session));
    if (andStop) {
      this.#profiler = null;
      session.disconnect();
    } else await begin(session, intervalMicros);
    return JSON.stringify({ intervalMicros, from, to: Date.now(), ...this.#tree.columns() });
  }

  close(): void {
    this.#profiler?.session.disconnect();
    this.#profiler = null;
  }
}

function open(): Session {
  const { Session: InspectorSession } = require("node:inspector") as typeof import("node:inspector");
  const session = new InspectorSession();
  session.connect();
  return session;
}

async function begin(session: Session, interval: number): Promise<void> {
  await post(session, "Profiler.enable");
  await post(session, "Profiler.setSamplingInterval", { interval });
  await post(session, "Profiler.start");
}

async function end(session: Session): Promise<readonly ProfileNode[]> {
  const { profile } = (await post(session, "Profiler.stop")) as { readonly profile: { readonly nodes: readonly ProfileNode[] } };
  return profile.nodes;
}

function post(session: Session, method: string, params: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) =>
    session.post(method, params, (error, result) => (error === null ? resolve(result) : reject(error))),
  );
}

/** As lines of a stack trace, the innermost frame first. */
function hottestStack(nodes: readonly ProfileNode[]): string {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)));
  const hottest = nodes.reduce<ProfileNode | undefined>(
    (most, node) => ((node.hitCount ?? 0) > (most?.hitCount ?? 0) ? node : most),
    undefined,
  );
  if (hottest === undefined || IDLE_FRAMES.has(hottest.callFrame.functionName)) return "";
  const lines: string[] = [];
  for (let node: ProfileNode | undefined = hottest; node !== undefined; node = parents.get(node.id)) {
    const { functionName, url, lineNumber, columnNumber } = node.callFrame;
    if (functionName === "(root)") break;
    const place = url === "" ? "native" : `${url}:${lineNumber + 1}:${columnNumber + 1}`;
    lines.push(`    at ${functionName || "<anonymous>"} (${place})`);
  }
  return lines.join("\n");
}
