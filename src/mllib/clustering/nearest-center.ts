/** Which of several centers is nearest to a point, by squared Euclidean distance. */
import type { InstanceBlock } from "../compute";

/** Centers side by side in the loop over a point's entries: their sums do not wait for each other. */
const GROUP = 4;

export class NearestCenter {
  /** Of the last point. The first one where several are as near. */
  index = 0;
  private readonly grouped: Float64Array;
  private readonly groups: number;
  private readonly norms: Float64Array;

  /** @param centers count × width, center after center */
  constructor(
    private readonly centers: Float64Array,
    private readonly count: number,
    private readonly width: number,
  ) {
    this.groups = Math.ceil(count / GROUP);
    // Where the last group is not full, the first center stands in; it is never nearer than itself.
    this.grouped = new Float64Array(this.groups * GROUP * width);
    this.norms = new Float64Array(count);
    for (let c = 0; c < this.groups * GROUP; c++)
      for (let j = 0; j < width; j++) {
        const value = centers[(c < count ? c : 0) * width + j]!;
        this.grouped[(Math.floor(c / GROUP) * width + j) * GROUP + (c % GROUP)] = value;
        if (c < count) this.norms[c]! += value * value;
      }
  }

  /** The squared distance of the point to the nearest center, which `index` then names. */
  of(block: InstanceBlock, row: number): number {
    const { width, dense, sparse } = block;
    return dense !== null
      ? this.ofDense(dense, row * width)
      : this.ofSparse(sparse!.indices, sparse!.values, sparse!.starts[row]!, sparse!.starts[row + 1]!);
  }

  ofDense(points: Float64Array, at: number): number {
    const { grouped, width, groups } = this;
    const end = at + width;
    let least = Infinity;
    let nearest = 0;
    for (let g = 0, p = 0; g < groups; g++) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let i = at; i < end; i++, p += GROUP) {
        const x = points[i]!;
        const da = x - grouped[p]!;
        const db = x - grouped[p + 1]!;
        const dc = x - grouped[p + 2]!;
        const dd = x - grouped[p + 3]!;
        a += da * da;
        b += db * db;
        c += dc * dc;
        d += dd * dd;
      }
      if (a < least) {
        least = a;
        nearest = g * GROUP;
      }
      if (b < least) {
        least = b;
        nearest = g * GROUP + 1;
      }
      if (c < least) {
        least = c;
        nearest = g * GROUP + 2;
      }
      if (d < least) {
        least = d;
        nearest = g * GROUP + 3;
      }
    }
    this.index = nearest;
    return least;
  }

  /** Of the stored entries from `from` to before `to`. */
  ofSparse(indices: ArrayLike<number>, values: Float64Array, from: number, to: number): number {
    const { centers, norms, count, width } = this;
    let norm = 0;
    for (let at = from; at < to; at++) norm += values[at]! * values[at]!;
    let least = Infinity;
    for (let c = 0; c < count; c++) {
      let dot = 0;
      for (let at = from; at < to; at++) dot += values[at]! * centers[c * width + indices[at]!]!;
      const distance = Math.max(norm + norms[c]! - 2 * dot, 0);
      if (distance < least) {
        least = distance;
        this.index = c;
      }
    }
    return least;
  }
}

/** Centers one after the other in one array. */
export function flat(centers: readonly Float64Array[]): Float64Array {
  const width = centers[0]?.length ?? 0;
  const all = new Float64Array(centers.length * width);
  centers.forEach((center, c) => all.set(center, c * width));
  return all;
}
