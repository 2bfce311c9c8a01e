/** Counts by bucket. The last bucket takes its upper edge; what lies outside of the edges, and NaN, is not counted. */
import { compareKeys, type LoopBuilder, type Sink, type SinkCode } from "../../columnar";

type Edge = number | string;

export class HistogramSink implements Sink {
  readonly counts: Float64Array;

  /** @param even the edges are numbers at equal distances. */
  constructor(
    private readonly edges: readonly Edge[],
    private readonly even: boolean,
  ) {
    this.counts = new Float64Array(edges.length - 1);
  }

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "histogram");
    return { enter: "", row: ({ code }) => `${held}.add(${code});`, leave: "" };
  }

  /** Called by generated code. */
  add(value: unknown): void {
    const { edges, counts } = this;
    const last = edges.length - 1;
    if (value === null || value === undefined || value !== value) return;
    if (compareKeys(value, edges[0]) < 0 || compareKeys(value, edges[last]) > 0) return;
    if (compareKeys(value, edges[last]) === 0) {
      counts[last - 1]!++;
    } else if (this.even) {
      const [low, high] = [edges[0] as number, edges[last] as number];
      counts[Math.min(last - 1, Math.floor(((value as number) - low) / ((high - low) / last)))]!++;
    } else {
      let bucket = 0;
      for (let step = last; step > 0;) {
        const half = step >> 1;
        const middle = bucket + half + 1;
        if (middle <= last - 1 && compareKeys(edges[middle], value) <= 0) {
          bucket = middle;
          step -= half + 1;
        } else {
          step = half;
        }
      }
      counts[bucket]!++;
    }
  }
}
