/** What rules say of baskets. */
import { gather, vectorOfBoxed } from "../../columnar/batch";
import type { Boxed, DataType } from "../../columnar/types";
import { columnsProgram } from "../compute";
import { listsOf } from "../compute/texts";
import { FpTree } from "./fp-tree";
import { ItemCodes } from "./items";
import type { RuleBlock } from "./rules";

interface PredictSpec {
  /** Of the items of the column. */
  readonly type: DataType;
  /** Items by rank. */
  readonly items: readonly Boxed[];
  readonly rules: Pick<RuleBlock, "ends" | "ranks" | "consequents">;
}

/** For each basket the consequents, in the order of the rules, of those whose antecedents it has; without what it has already. */
export const predictions = columnsProgram<PredictSpec>({
  name: "mllib.fpm.predict",
  open({ type, items, rules }) {
    const codes = new ItemCodes(type, items);
    const values = vectorOfBoxed(items, type);
    const matching = new MatchingRules(rules, items.length);
    return ([column], length) => {
      const { starts, ends, valid, items: all } = listsOf(column!, (child) => codes.of(child), new Int32Array(0));
      const found: number[] = [];
      const foundStarts = new Int32Array(length);
      const foundEnds = new Int32Array(length);
      for (let row = 0; row < length; row++) {
        foundStarts[row] = found.length;
        if (valid?.[row] !== 0) found.push(...matching.consequents(all.subarray(starts[row], ends[row])));
        foundEnds[row] = found.length;
      }
      const picked = Int32Array.from(found);
      const child = gather(values, picked, picked.length);
      return [{ form: "list", length, starts: foundStarts, ends: foundEnds, child, valid: null }];
    };
  },
});

/** Rules by their antecedents, as a tree of common beginnings. */
class MatchingRules {
  readonly #tree = new FpTree();
  /** The rules of each node's antecedent, in order: #rules[#first[node], #first[node + 1]). */
  readonly #first: Int32Array;
  readonly #rules: Int32Array;
  /** The basket that last had the item; the first rule that tells it of a basket, and that basket. */
  readonly #has: Int32Array;
  readonly #best: Int32Array;
  readonly #told: Int32Array;
  #basket = 0;
  #ranks: Int32Array = new Int32Array(0);
  #found: number[] = [];

  constructor(
    private readonly rules: PredictSpec["rules"],
    private readonly items: number,
  ) {
    const { ends, ranks } = rules;
    const nodes = new Int32Array(ends.length);
    for (let rule = 0, start = 0; rule < ends.length; start = ends[rule++]!)
      for (let i = start; i < ends[rule]!; i++) nodes[rule] = this.#tree.child(nodes[rule]!, ranks[i]!);
    this.#first = new Int32Array(this.#tree.size + 1);
    for (const node of nodes) this.#first[node + 1]!++;
    for (let node = 0; node < this.#tree.size; node++) this.#first[node + 1]! += this.#first[node]!;
    const at = this.#first.slice();
    this.#rules = new Int32Array(ends.length);
    for (const [rule, node] of nodes.entries()) this.#rules[at[node]!++] = rule;
    this.#has = new Int32Array(items);
    this.#best = new Int32Array(items);
    this.#told = new Int32Array(items);
  }

  /** What the rules tell of a basket of these items. */
  consequents(basket: Int32Array): readonly number[] {
    this.#basket++;
    this.#found = [];
    // Antecedents are written from the least frequent item on.
    this.#ranks = basket
      .filter((rank) => rank >= 0 && rank < this.items && this.#isNew(rank))
      .sort()
      .reverse();
    this.#descend(0, 0);
    return this.#found.sort((a, b) => this.#best[a]! - this.#best[b]!);
  }

  #isNew(rank: number): boolean {
    const known = this.#has[rank] === this.#basket;
    this.#has[rank] = this.#basket;
    return !known;
  }

  #descend(node: number, from: number): void {
    for (let i = from; i < this.#ranks.length; i++) {
      const child = this.#tree.find(node, this.#ranks[i]!);
      if (child === 0) continue;
      for (let at = this.#first[child]!; at < this.#first[child + 1]!; at++) this.#tell(this.#rules[at]!);
      this.#descend(child, i + 1);
    }
  }

  #tell(rule: number): void {
    const item = this.rules.consequents[rule]!;
    if (this.#has[item] === this.#basket) return;
    if (this.#told[item] !== this.#basket) {
      this.#told[item] = this.#basket;
      this.#best[item] = rule;
      this.#found.push(item);
    } else if (rule < this.#best[item]!) this.#best[item] = rule;
  }
}
