/** Words by how often they are there, and the tree that tells them: frequent words have short paths (D. Huffman 1952). */
import type { WordPaths } from "../../kernels/word-kernels";

/** Paths through the tree of words whose counts fall. There is one node fewer than words; the root is the last. */
export function huffmanPaths(counts: readonly number[]): WordPaths {
  const words = counts.length;
  // Words from the rarest on, and nodes from the first on: the two least of both become a node.
  const weights = [...counts];
  const parents = new Int32Array(2 * words);
  const turns = new Int32Array(2 * words);
  let word = words - 1;
  let node = words;
  const least = (): number => (word >= 0 && (node >= weights.length || weights[word]! < weights[node]!) ? word-- : node++);
  for (let made = words; made < 2 * words - 1; made++) {
    const [first, second] = [least(), least()];
    weights.push(weights[first]! + weights[second]!);
    parents[first] = parents[second] = made;
    turns[second] = 1;
  }
  const starts = new Int32Array(words + 1);
  const nodesOfAll: number[] = [];
  const turnsOfAll: number[] = [];
  for (let w = 0; w < words; w++) {
    const path: number[] = [];
    for (let at = w; at !== 2 * words - 2; at = parents[at]!) path.push(at);
    for (const at of path.reverse()) {
      nodesOfAll.push(parents[at]! - words);
      turnsOfAll.push(turns[at]!);
    }
    starts[w + 1] = nodesOfAll.length;
  }
  return { starts, nodes: Int32Array.from(nodesOfAll), turns: Int32Array.from(turnsOfAll) };
}
