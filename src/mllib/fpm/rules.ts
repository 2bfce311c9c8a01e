/** Rules of itemsets: who has the antecedent in a basket often has the consequent, too. */
import { aggregateProgram, rowsProgram } from "../compute";
import type { Sent } from "../compute/programs";
import type { ItemsetBlock } from "./mine";

/** Rules: the antecedent of rule i is ranks[ends[i - 1], ends[i]). Plain data. */
export interface RuleBlock {
  readonly ends: Int32Array;
  readonly ranks: Int32Array;
  readonly consequents: Int32Array;
  /** How many baskets have antecedent and consequent. */
  readonly freqs: Float64Array;
  readonly confidences: Float64Array;
}

/** Antecedents on their way: with what they would imply and how often that is so, or, where the consequent is NONE, how often they are there. */
interface RulePart {
  readonly ends: Int32Array;
  readonly ranks: Int32Array;
  readonly consequents: Int32Array;
  readonly freqs: Float64Array;
}

const NONE = -1;

/** Rules of one block are sent together. */
export const sentAntecedents = rowsProgram<{ readonly to: number }, ItemsetBlock, Sent<RulePart>>({
  name: "mllib.fpm.antecedents",
  *run(blocks, { to }) {
    for (const { ends, ranks, freqs } of blocks) {
      const parts = Array.from({ length: to }, () => new PartWriter());
      for (let set = 0, start = 0; set < ends.length; start = ends[set++]!) {
        const end = ends[set]!;
        parts[partitionOf(ranks, start, end, NONE, to)]!.add(ranks, start, end, NONE, freqs[set]!);
        if (end - start < 2) continue;
        for (let left = start; left < end; left++)
          parts[partitionOf(ranks, start, end, left, to)]!.add(ranks, start, end, left, freqs[set]!);
      }
      for (const [partition, part] of parts.entries()) if (part.ends.length > 0) yield { to: partition, record: part.take() };
    }
  },
});

/** Of ranks[start, end) without that at `left`. */
function hashOf(ranks: Int32Array, start: number, end: number, left: number): number {
  let hash = 17;
  for (let i = start; i < end; i++) if (i !== left) hash = Math.imul(hash ^ ranks[i]!, 0x9e3779b1) ^ (hash >>> 13);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const partitionOf = (ranks: Int32Array, start: number, end: number, left: number, to: number): number =>
  hashOf(ranks, start, end, left) % to;

class PartWriter {
  readonly ends: number[] = [];
  readonly #ranks: number[] = [];
  readonly #consequents: number[] = [];
  readonly #freqs: number[] = [];

  add(ranks: Int32Array, start: number, end: number, left: number, freq: number): void {
    for (let i = start; i < end; i++) if (i !== left) this.#ranks.push(ranks[i]!);
    this.ends.push(this.#ranks.length);
    this.#consequents.push(left === NONE ? NONE : ranks[left]!);
    this.#freqs.push(freq);
  }

  take(): RulePart {
    return {
      ends: Int32Array.from(this.ends),
      ranks: Int32Array.from(this.#ranks),
      consequents: Int32Array.from(this.#consequents),
      freqs: Float64Array.from(this.#freqs),
    };
  }
}

/** The rules of at least this confidence; those whose antecedent is no itemset that was sent are none. */
export const confidentRules = rowsProgram<{ readonly minConfidence: number }, RulePart, RuleBlock>({
  name: "mllib.fpm.rules",
  *run(parts, { minConfidence }, task) {
    const all = [...parts];
    const antecedents = new Antecedents(all);
    for (const { ends, ranks, consequents, freqs } of all) {
      task.checkInterrupted();
      const found = { ends: [] as number[], ranks: [] as number[], consequents: [] as number[], freqs: [] as number[], confidences: [] as number[] }; // prettier-ignore
      for (let rule = 0, start = 0; rule < ends.length; start = ends[rule++]!) {
        if (consequents[rule] === NONE) continue;
        const confidence = freqs[rule]! / antecedents.freq(ranks, start, ends[rule]!);
        if (!(confidence >= minConfidence)) continue;
        for (let i = start; i < ends[rule]!; i++) found.ranks.push(ranks[i]!);
        found.ends.push(found.ranks.length);
        found.consequents.push(consequents[rule]!);
        found.freqs.push(freqs[rule]!);
        found.confidences.push(confidence);
      }
      if (found.ends.length === 0) continue;
      yield {
        ends: Int32Array.from(found.ends),
        ranks: Int32Array.from(found.ranks),
        consequents: Int32Array.from(found.consequents),
        freqs: Float64Array.from(found.freqs),
        confidences: Float64Array.from(found.confidences),
      };
    }
  },
});

/** How often antecedents are there. */
class Antecedents {
  /** Part and place of the antecedent of each slot; -1 of an empty one. */
  readonly #part: Int32Array;
  readonly #place: Int32Array;

  constructor(private readonly parts: readonly RulePart[]) {
    const count = parts.reduce((sum, { consequents }) => sum + consequents.reduce((n, one) => n + (one === NONE ? 1 : 0), 0), 0);
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)));
    this.#part = new Int32Array(slots).fill(-1);
    this.#place = new Int32Array(slots);
    for (const [number, { ends, ranks, consequents }] of parts.entries())
      for (let place = 0, start = 0; place < ends.length; start = ends[place++]!) {
        if (consequents[place] !== NONE) continue;
        let slot = hashOf(ranks, start, ends[place]!, NONE) & (slots - 1);
        while (this.#part[slot]! >= 0) slot = (slot + 1) & (slots - 1);
        this.#part[slot] = number;
        this.#place[slot] = place;
      }
  }

  /** NaN where it is not known. */
  freq(ranks: Int32Array, start: number, end: number): number {
    const mask = this.#part.length - 1;
    for (let slot = hashOf(ranks, start, end, NONE) & mask; this.#part[slot]! >= 0; slot = (slot + 1) & mask) {
      const part = this.parts[this.#part[slot]!]!;
      const place = this.#place[slot]!;
      const first = place === 0 ? 0 : part.ends[place - 1]!;
      if (part.ends[place]! - first !== end - start) continue;
      let same = true;
      for (let i = 0; same && i < end - start; i++) same = part.ranks[first + i] === ranks[start + i];
      if (same) return part.freqs[place]!;
    }
    return NaN;
  }
}

/** All rules, as `transform` needs them. */
export const collectedRules = aggregateProgram<null, RuleBlock, readonly RuleBlock[]>({
  name: "mllib.fpm.collect",
  run: (blocks) => [...blocks],
});

/** Rules of several blocks as one, the most confident first; of equal ones those of more baskets, then of more frequent consequents. */
export function orderedRules(blocks: readonly RuleBlock[]): RuleBlock {
  const places = blocks.flatMap((block) =>
    Array.from(block.ends, (end, i) => ({ block, start: i === 0 ? 0 : block.ends[i - 1]!, end, i })),
  );
  places.sort(
    (a, b) =>
      b.block.confidences[b.i]! - a.block.confidences[a.i]! ||
      b.block.freqs[b.i]! - a.block.freqs[a.i]! ||
      a.block.consequents[a.i]! - b.block.consequents[b.i]!,
  );
  const ends = new Int32Array(places.length);
  const ranks = new Int32Array(places.reduce((sum, { start, end }) => sum + end - start, 0));
  let used = 0;
  for (const [rule, { block, start, end }] of places.entries()) {
    ranks.set(block.ranks.subarray(start, end), used);
    ends[rule] = used += end - start;
  }
  return {
    ends,
    ranks,
    consequents: Int32Array.from(places, ({ block, i }) => block.consequents[i]!),
    freqs: Float64Array.from(places, ({ block, i }) => block.freqs[i]!),
    confidences: Float64Array.from(places, ({ block, i }) => block.confidences[i]!),
  };
}
