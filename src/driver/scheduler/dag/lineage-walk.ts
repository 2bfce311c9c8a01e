/**
 * Walks over the lineage of one stage: nodes reached by narrow dependencies. Never recursive: iterative programs make
 * chains of many thousand nodes.
 */
import type { LineageNode, ShuffleDependencyInfo } from "../../../rdd/lineage";

/** Nodes of the stage that ends in `node`, each once, that one first. `enter` false leaves a node's dependencies out. */
export function stageNodes(node: LineageNode, enter: (node: LineageNode) => boolean = () => true): LineageNode[] {
  const seen = new Set<LineageNode>([node]);
  const result: LineageNode[] = [node];
  for (let i = 0; i < result.length; i++) {
    const current = result[i]!;
    if (!enter(current)) continue;
    for (const dependency of current.dependencies) {
      if (dependency.kind === "narrow" && !seen.has(dependency.node)) {
        seen.add(dependency.node);
        result.push(dependency.node);
      }
    }
  }
  return result;
}

/** Shuffles that the stage reads, each once; those behind nodes where `enter` is false are left out. */
export function shuffleInputs(node: LineageNode, enter?: (node: LineageNode) => boolean): ShuffleDependencyInfo[] {
  const found = new Map<number, ShuffleDependencyInfo>();
  for (const current of stageNodes(node, enter)) {
    if (enter !== undefined && !enter(current)) continue;
    for (const dependency of current.dependencies) if (dependency.kind === "shuffle") found.set(dependency.shuffleId, dependency);
  }
  return [...found.values()];
}

/**
 * All shuffles that `node` rests on, near or far, that `known` does not hold: every one after those that it rests on
 * itself. What lies behind a known one is taken as known.
 */
export function unknownAncestors(node: LineageNode, known: (shuffleId: number) => boolean): ShuffleDependencyInfo[] {
  const result: ShuffleDependencyInfo[] = [];
  const seen = new Set<number>();
  const stack: { readonly dependency: ShuffleDependencyInfo | null; readonly inputs: ShuffleDependencyInfo[]; next: number }[] = [
    { dependency: null, inputs: shuffleInputs(node), next: 0 },
  ];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const input = top.inputs[top.next++];
    if (input === undefined) {
      if (top.dependency !== null) result.push(top.dependency);
      stack.pop();
    } else if (!seen.has(input.shuffleId) && !known(input.shuffleId)) {
      seen.add(input.shuffleId);
      stack.push({ dependency: input, inputs: shuffleInputs(input.node), next: 0 });
    }
  }
  return result;
}

/** Most nodes looked at for the preferred places of one partition: a coalesce of very many partitions is not worth more. */
const MOST_STEPS = 1000;

/**
 * The first places found on the way from a partition to what it is computed from, depth first as Spark looks:
 * `placesOf` tells those of a node itself (where it is cached, what it prefers). Null when there are none.
 */
export function nearestPlaces<P>(
  node: LineageNode,
  partition: number,
  placesOf: (node: LineageNode, partition: number) => P | null,
): P | null {
  const own = placesOf(node, partition);
  if (own !== null || node.dependencies.length === 0) return own;
  const stack: { readonly node: LineageNode; readonly partition: number }[] = [];
  const pushParents = (child: LineageNode, at: number): void => {
    for (let d = child.dependencies.length - 1; d >= 0; d--) {
      const dependency = child.dependencies[d]!;
      if (dependency.kind !== "narrow") continue;
      const parents = dependency.parents(at);
      for (let p = Math.min(parents.length, MOST_STEPS) - 1; p >= 0; p--)
        stack.push({ node: dependency.node, partition: parents[p]! });
    }
  };
  pushParents(node, partition);
  let seen: Set<string> | null = null;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const next = stack.pop();
    if (next === undefined) break;
    // Chains meet no node twice; only wide graphs pay for remembering.
    if (steps > 16) {
      const key = `${next.node.id}:${next.partition}`;
      seen ??= new Set();
      if (seen.has(key)) continue;
      seen.add(key);
    }
    const places = placesOf(next.node, next.partition);
    if (places !== null) return places;
    pushParents(next.node, next.partition);
  }
  return null;
}
