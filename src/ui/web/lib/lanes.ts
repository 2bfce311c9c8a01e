/** Puts intervals into as few rows as they need. */

/** For each interval its lane: intervals of one lane do not overlap. Takes them in order of start. */
export function pack(intervals: readonly { start: number; end: number }[]): { lane: number[]; lanes: number } {
  const order = intervals.map((_, i) => i).sort((a, b) => intervals[a]!.start - intervals[b]!.start || a - b);
  const ends: number[] = [];
  const lane = new Array<number>(intervals.length).fill(0);
  for (const i of order) {
    const { start, end } = intervals[i]!;
    let free = ends.findIndex((last) => last <= start);
    if (free < 0) free = ends.push(0) - 1;
    ends[free] = Math.max(end, start);
    lane[i] = free;
  }
  return { lane, lanes: ends.length };
}
