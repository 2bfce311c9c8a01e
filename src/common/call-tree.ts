/** Profiles of V8's sampling profiler: what it tells, and as executors send them and the dashboard reads them. */
import { withEngineNamed } from "./engine-folder";

/** The calls of a tree as columns; node 0 is the root, and the parent of a node comes before it. */
export interface Calls {
  readonly samples: number;
  readonly functions: readonly string[];
  /** "file:///app/train.ts:12:3" or "firesteel/engine.js:12:3" of each function; "" for native code. */
  readonly locations: readonly string[];
  readonly parent: readonly number[];
  readonly function: readonly number[];
  /** Samples that ended in the node itself. */
  readonly self: readonly number[];
}

/** What was called in a time. */
export interface CallTree extends Calls {
  readonly intervalMicros: number;
  readonly from: number;
  readonly to: number;
}

/** As V8 gives it; the first node of a profile is its root. */
export interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly hitCount?: number | undefined;
  readonly children?: readonly number[] | undefined;
}

/** Nodes beyond that are counted to their parents. */
const MOST_NODES = 20_000;
/** Names of generated loops (rdd/pipeline/loop). */
const STAGE_LOOP = /^firesteel-stage-[\d-]+\.js$/;
/** Frames deeper than that are left out. */
const DEEPEST = 100;
/** What a thread that has nothing to do is in: V8's names, and where a slot waits for its next task. */
export const IDLE_FRAMES: ReadonlySet<string> = new Set(["(idle)", "(program)", "sleepUntilTask"]);

/** Profiles of several threads, or times, merged into one tree; idle time is left out. */
export class CallTreeBuilder {
  readonly #functions: string[] = [];
  readonly #locations: string[] = [];
  readonly #functionIds = new Map<string, number>();
  readonly #parent: number[] = [-1];
  readonly #function: number[] = [];
  readonly #self: number[] = [0];
  readonly #children: Map<number, number>[] = [new Map<number, number>()];
  #samples = 0;

  constructor() {
    this.#function.push(this.#functionOf("(root)", ""));
  }

  add(nodes: readonly ProfileNode[]): void {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const root = nodes[0];
    if (root === undefined) return;
    const visit = (node: ProfileNode, at: number, depth: number): void => {
      if (IDLE_FRAMES.has(node.callFrame.functionName)) return;
      const hits = node.hitCount ?? 0;
      this.#self[at]! += hits;
      this.#samples += hits;
      for (const id of node.children ?? []) {
        const child = byId.get(id);
        if (child !== undefined) visit(child, depth >= DEEPEST ? at : this.#childOf(at, child), depth + 1);
      }
    };
    visit(root, 0, 0);
  }

  /** Adds another tree; `placeOf` says under which location a function of it is known here. */
  addCalls(calls: Calls, placeOf: (location: string) => string = (location) => location): void {
    const places = calls.locations.map((location) => (location === "" ? "" : placeOf(location)));
    const nodes = new Int32Array(calls.parent.length);
    this.#samples += calls.samples;
    for (let i = 0; i < nodes.length; i++) {
      const id = calls.function[i]!;
      if (i > 0) nodes[i] = this.#child(nodes[calls.parent[i]!]!, this.#functionOf(calls.functions[id]!, places[id]!));
      this.#self[nodes[i]!]! += calls.self[i]!;
    }
  }

  columns(): Calls {
    return {
      samples: this.#samples,
      functions: this.#functions,
      locations: this.#locations,
      parent: this.#parent,
      function: this.#function,
      self: this.#self,
    };
  }

  #childOf(at: number, { callFrame }: ProfileNode): number {
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    if (IDLE_FRAMES.has(functionName)) return at;
    // The loops that are written for stages are one function to who looks on: each stage has its own text of it.
    if (STAGE_LOOP.test(url)) return this.#child(at, this.#functionOf(functionName || "stage loop", "firesteel-stage.js"));
    const location = url === "" ? "" : `${withEngineNamed(url)}:${lineNumber + 1}:${columnNumber + 1}`;
    return this.#child(at, this.#functionOf(functionName === "" ? "(anonymous)" : functionName, location));
  }

  #child(at: number, id: number): number {
    const known = this.#children[at]!.get(id);
    if (known !== undefined) return known;
    if (this.#parent.length >= MOST_NODES) return at;
    const node = this.#parent.push(at) - 1;
    this.#function.push(id);
    this.#self.push(0);
    this.#children.push(new Map());
    this.#children[at]!.set(id, node);
    return node;
  }

  #functionOf(name: string, location: string): number {
    const key = `${name}\n${location}`;
    let id = this.#functionIds.get(key);
    if (id === undefined) {
      id = this.#functions.push(name) - 1;
      this.#locations.push(location);
      this.#functionIds.set(key, id);
    }
    return id;
  }
}

/** A location in the user's sources, where `mapStack` knows it, which maps stack traces. */
export function mappedLocation(location: string, mapStack: (stack: string) => string): string {
  return /^ *at f \((.*)\)\s*$/.exec(mapStack(`    at f (${location})`))?.[1] ?? location;
}

/** Neither Node's, nor this package's (its kernels are WebAssembly), nor another package's. */
export function isUserCode(location: string): boolean {
  if (location === "" || location.startsWith("node:") || location.startsWith("wasm:")) return false;
  const path = location.replace(/^file:\/\//, "");
  return !/[\\/]node_modules[\\/]/.test(path) && !/^(firesteel|evalmachine)/.test(path);
}
