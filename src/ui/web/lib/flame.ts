/** Layout of a merged call tree as a flame graph (icicle: the root above), and its flat form. */
import type { Profile } from "../../api-types";

export interface Frame {
  readonly node: number;
  /** Shares of the width of the frame that is zoomed to. */
  readonly x: number;
  readonly width: number;
  readonly depth: number;
}

/** Frames at least `least` wide (share of the whole), from `root` down; ancestors of `root` fill the width above it. */
export function flameFrames(profile: Profile, root: number, least: number): Frame[] {
  const children = childrenOf(profile);
  const frames: Frame[] = [];
  const path: number[] = [];
  for (let node = profile.parent[root] ?? -1; node >= 0; node = profile.parent[node] ?? -1) path.unshift(node);
  path.forEach((node, depth) => frames.push({ node, x: 0, width: 1, depth }));
  const whole = profile.total[root] ?? 0;
  if (whole === 0) return frames;
  const pending: Frame[] = [{ node: root, x: 0, width: 1, depth: path.length }];
  for (let frame = pending.pop(); frame !== undefined; frame = pending.pop()) {
    frames.push(frame);
    let x = frame.x;
    for (const child of children[frame.node] ?? []) {
      const width = profile.total[child]! / whole;
      if (width >= least) pending.push({ node: child, x, width, depth: frame.depth + 1 });
      x += width;
    }
  }
  return frames;
}

/** Children of each node, the largest first. */
function childrenOf(profile: Profile): number[][] {
  const children: number[][] = profile.parent.map(() => []);
  profile.parent.forEach((parent, node) => {
    if (parent >= 0) children[parent]?.push(node);
  });
  for (const list of children) list.sort((a, b) => profile.total[b]! - profile.total[a]!);
  return children;
}

export interface HotFunction {
  readonly name: string;
  readonly location: string;
  readonly user: boolean;
  readonly self: number;
  /** Samples in it or below it; recursion counts once. */
  readonly total: number;
}

/** Functions by the samples in themselves. */
export function hotFunctions(profile: Profile): HotFunction[] {
  const self = new Map<number, number>();
  const total = new Map<number, number>();
  profile.function.forEach((fn, node) => {
    self.set(fn, (self.get(fn) ?? 0) + (profile.self[node] ?? 0));
    for (let above = profile.parent[node] ?? -1; above >= 0; above = profile.parent[above] ?? -1) {
      if (profile.function[above] === fn) return;
    }
    total.set(fn, (total.get(fn) ?? 0) + (profile.total[node] ?? 0));
  });
  return [...self]
    .map(([fn, samples]) => ({
      name: profile.functions[fn] ?? "",
      location: profile.locations[fn] ?? "",
      user: profile.user[fn] ?? false,
      self: samples,
      total: total.get(fn) ?? samples,
    }))
    .sort((a, b) => b.self - a.self || b.total - a.total);
}
