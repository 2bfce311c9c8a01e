/** Profiles of V8's sampling profiler: what it tells, and as executors send them and the dashboard reads them. */

/** A call tree as columns; node 0 is the root, and the parent of a node comes before it. */
export interface CallTree {
  readonly intervalMicros: number;
  readonly samples: number;
  readonly from: number;
  readonly to: number;
  readonly functions: readonly string[];
  /** "file:///app/train.ts:12:3" of each function; "" for native code. */
  readonly locations: readonly string[];
  readonly parent: readonly number[];
  readonly function: readonly number[];
  /** Samples that ended in the node itself. */
  readonly self: readonly number[];
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
  readonly hitCount?: number;
  readonly children?: readonly number[];
}

/** Nodes beyond that are counted to their parents. */
const MOST_NODES = 20_000;
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
        if (child !== undefined) visit(child, depth >= DEEPEST ? at : this.#child(at, child), depth + 1);
      }
    };
    visit(root, 0, 0);
  }

  columns(): Pick<CallTree, "samples" | "functions" | "locations" | "parent" | "function" | "self"> {
    return {
      samples: this.#samples,
      functions: this.#functions,
      locations: this.#locations,
      parent: this.#parent,
      function: this.#function,
      self: this.#self,
    };
  }

  #child(at: number, { callFrame }: ProfileNode): number {
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    if (IDLE_FRAMES.has(functionName)) return at;
    const location = url === "" ? "" : `${url}:${lineNumber + 1}:${columnNumber + 1}`;
    const id = this.#functionOf(functionName === "" ? "(anonymous)" : functionName, location);
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
