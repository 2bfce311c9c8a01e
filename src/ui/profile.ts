/** Call trees of executors merged into one: the data of a flame graph. */
import type { CallTree } from "../common/call-tree";
import type { Profile } from "./api-types";

/** @param mapStack gives stack traces the lines of the user's sources. */
export function mergeProfiles(
  running: boolean,
  trees: readonly (readonly [string, string])[],
  mapStack: (stack: string) => string,
): Profile {
  const merged: Profile = {
    running,
    intervalMicros: 0,
    samples: 0,
    from: 0,
    to: 0,
    executors: trees.map(([id]) => id),
    functions: [],
    locations: [],
    user: [],
    parent: [-1],
    function: [],
    self: [0],
    total: [],
  };
  const ids = new Map<string, number>();
  const functionOf = (name: string, location: string): number => {
    const key = `${name}\n${location}`;
    let id = ids.get(key);
    if (id === undefined) {
      const place = location === "" ? "" : placeOf(location, mapStack);
      ids.set(key, (id = merged.functions.push(name) - 1));
      merged.locations.push(place);
      merged.user.push(isUsers(place));
    }
    return id;
  };
  merged.function.push(functionOf("(root)", ""));
  const children: Map<number, number>[] = [new Map<number, number>()];
  for (const [, text] of trees) {
    const tree = JSON.parse(text) as CallTree;
    merged.intervalMicros = tree.intervalMicros;
    merged.samples += tree.samples;
    merged.from = merged.from === 0 ? tree.from : Math.min(merged.from, tree.from);
    merged.to = Math.max(merged.to, tree.to);
    const nodes = new Array<number>(tree.parent.length).fill(0);
    for (let i = 0; i < tree.parent.length; i++) {
      if (i > 0) {
        const at = nodes[tree.parent[i]!]!;
        const id = functionOf(tree.functions[tree.function[i]!]!, tree.locations[tree.function[i]!]!);
        let node = children[at]!.get(id);
        if (node === undefined) {
          node = merged.parent.push(at) - 1;
          merged.function.push(id);
          merged.self.push(0);
          children.push(new Map());
          children[at]!.set(id, node);
        }
        nodes[i] = node;
      }
      merged.self[nodes[i]!]! += tree.self[i]!;
    }
  }
  merged.total = [...merged.self];
  for (let i = merged.parent.length - 1; i > 0; i--) merged.total[merged.parent[i]!]! += merged.total[i]!;
  return merged;
}

function placeOf(location: string, mapStack: (stack: string) => string): string {
  const mapped = mapStack(`    at f (${location})`);
  return /^ *at f \((.*)\)\s*$/.exec(mapped)?.[1] ?? location;
}

/** Neither Node's, nor this package's (its kernels are WebAssembly), nor another package's. */
export function isUsers(location: string): boolean {
  if (location === "" || location.startsWith("node:") || location.startsWith("wasm:")) return false;
  const path = location.replace(/^file:\/\//, "");
  return !/[\\/]node_modules[\\/]/.test(path) && !path.startsWith(__dirname) && !/^(firesteel|evalmachine)/.test(path);
}
