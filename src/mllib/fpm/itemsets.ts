/** What FP-growth has learned: frequent itemsets, kept by executors, as DataFrames and as what rules are made of. */
import { gather, vectorOfBoxed } from "../../columnar/batch";
import type { Boxed, DataType, StructType } from "../../columnar/types";
import type { ColumnBatch, ListVector } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { aggregateProgram, doublesOf, rowsProgram, type TaskData } from "../compute";
import { batchInput } from "../compute/batch-input";
import { doubleColumn } from "../compute/columns";
import { batchesProgram } from "../compute/programs";
import { listsOf } from "../compute/texts";
import { compareItems, ItemCodes } from "./items";
import type { ItemsetBlock } from "./mine";
import type { RuleBlock } from "./rules";

/** The items of itemsets; the place of each is its rank. */
export interface KnownItems {
  readonly type: DataType;
  readonly values: readonly Boxed[];
  /** In how many rows each is; NaN where that is not known. */
  readonly freqs: Float64Array;
}

export interface FrequentItemsets {
  readonly blocks: TaskData<ItemsetBlock>;
  readonly items: KnownItems;
}

/** By falling frequency; equally frequent items are in an order of their own, not in that in which they were met. */
export function rankedItems(type: DataType, values: readonly Boxed[], freqs: ArrayLike<number>): KnownItems {
  const order = values.map((value, i) => ({ value, freq: freqs[i]! }));
  order.sort((a, b) => (Number.isNaN(a.freq) || Number.isNaN(b.freq) ? 0 : b.freq - a.freq) || compareItems(a.value, b.value));
  return { type, values: order.map(({ value }) => value), freqs: Float64Array.from(order, ({ freq }) => freq) };
}

/** The columns items and freq of a model, where itemsets are arrays of `type`. */
export const itemsetSchema = (type: DataType): StructType => ({
  kind: "struct",
  fields: [
    { name: "items", type, nullable: false },
    { name: "freq", type: { kind: "long" }, nullable: false },
  ],
});

interface ItemsSpec {
  readonly type: DataType;
  readonly values: readonly Boxed[];
}

/** Arrays of items by their ranks. */
function itemLists(values: ReturnType<typeof vectorOfBoxed>, ends: Int32Array, ranks: Int32Array): ListVector {
  const starts = new Int32Array(ends.length);
  starts.set(ends.subarray(0, Math.max(0, ends.length - 1)), 1);
  return { form: "list", length: ends.length, starts, ends, child: gather(values, ranks, ranks.length), valid: null };
}

const itemsetRows = batchesProgram<ItemsSpec, ItemsetBlock>({
  name: "mllib.fpm.itemsets.rows",
  *run(blocks, { type, values }) {
    const items = vectorOfBoxed(values, type);
    for (const { ends, ranks, freqs } of blocks)
      yield { length: ends.length, columns: [itemLists(items, ends, ranks), doubleColumn(freqs)] };
  },
});

export function itemsetFrame(session: SparkSession, { blocks, items }: FrequentItemsets, type: DataType): DataFrame {
  return blocks.frame(session, itemsetRows, { type: items.type, values: items.values }, itemsetSchema(type));
}

interface RuleSpec extends ItemsSpec {
  /** Share of all rows in which each item is; NaN where that is not known. */
  readonly supports: Float64Array;
  readonly rows: number;
}

const ruleRows = batchesProgram<RuleSpec, RuleBlock>({
  name: "mllib.fpm.rules.rows",
  *run(blocks, { type, values, supports, rows }) {
    const items = vectorOfBoxed(values, type);
    for (const { ends, ranks, consequents, freqs, confidences } of blocks) {
      const length = ends.length;
      const lift = confidences.map((confidence, i) => confidence / supports[consequents[i]!]!);
      const valid = lift.some(Number.isNaN) ? Uint8Array.from(lift, (value) => (Number.isNaN(value) ? 0 : 1)) : null;
      const antecedent = itemLists(items, ends, ranks);
      const consequent = itemLists(items, Int32Array.from(consequents, (_, i) => i + 1), consequents); // prettier-ignore
      const numbers = [doubleColumn(confidences), doubleColumn(lift, valid), doubleColumn(freqs.map((freq) => freq / rows))];
      yield { length, columns: [antecedent, consequent, ...numbers] };
    }
  },
});

const double: DataType = { kind: "double" };

/** The columns antecedent, consequent, confidence, lift and support, where itemsets are arrays of `type`. */
export const ruleSchema = (type: DataType): StructType => ({
  kind: "struct",
  fields: [
    { name: "antecedent", type, nullable: false },
    { name: "consequent", type, nullable: false },
    { name: "confidence", type: double, nullable: false },
    { name: "lift", type: double, nullable: true },
    { name: "support", type: double, nullable: false },
  ],
});

export function ruleFrame(
  session: SparkSession,
  rules: TaskData<RuleBlock>,
  { type, values, freqs }: KnownItems,
  rows: number,
  listType: DataType,
): DataFrame {
  return rules.frame(session, ruleRows, { type, values, supports: freqs.map((freq) => freq / rows), rows }, ruleSchema(listType));
}

/** Of a table of itemsets. */
export async function itemsetsOfFrame(df: DataFrame, who: string): Promise<FrequentItemsets> {
  const input = batchInput(df, await df.schemaInside(), ["items", "freq"], who);
  const [list] = input.types as [DataType];
  if (list.kind !== "array") throw new DataError("INVALID_MODEL", `${who}: items of the itemsets are no arrays.`);
  const type = list.element;
  const parts = await input.data.partials(singles, { type });
  const codes = new ItemCodes(type);
  const freqs: number[] = [];
  for (const part of parts)
    for (const [i, item] of part.items.entries()) {
      const code = codes.codeOf(item);
      const freq = part.freqs[i]!;
      if (freqs[code] === undefined || !Number.isNaN(freq)) freqs[code] = freq;
    }
  const items = rankedItems(type, codes.values, freqs);
  return { items, blocks: input.data.map(toItemsets, { type, values: items.values }).persist() };
}

/** The items of itemsets, and how often those are there that are itemsets of their own. */
const singles = aggregateProgram<
  { readonly type: DataType },
  ColumnBatch,
  Pick<KnownItems, "freqs"> & { items: readonly Boxed[] }
>({
  name: "mllib.fpm.singles",
  run(batches, { type }) {
    const codes = new ItemCodes(type);
    const freqs: number[] = [];
    for (const { columns, length } of batches) {
      const { starts, ends, items } = listsOf(columns[0]!, (child) => codes.of(child), new Int32Array(0));
      const { values } = doublesOf(columns[1]!, { kind: "long" });
      while (freqs.length < codes.values.length) freqs.push(NaN);
      for (let row = 0; row < length; row++) if (ends[row]! - starts[row]! === 1) freqs[items[starts[row]!]!] = values[row]!;
    }
    return { items: codes.values, freqs: Float64Array.from(freqs) };
  },
});

const toItemsets = rowsProgram<ItemsSpec, ColumnBatch, ItemsetBlock>({
  name: "mllib.fpm.itemsets",
  *run(batches, { type, values }) {
    const codes = new ItemCodes(type, values);
    for (const { columns, length } of batches) {
      const { starts, ends, items } = listsOf(columns[0]!, (child) => codes.of(child), new Int32Array(0));
      const ranks = new Int32Array(items.length);
      const itemsetEnds = new Int32Array(length);
      let used = 0;
      for (let row = 0; row < length; row++) {
        const start = used;
        for (let at = starts[row]!; at < ends[row]!; at++) ranks[used++] = items[at]!;
        ranks.subarray(start, used).sort().reverse();
        itemsetEnds[row] = used;
      }
      const freqs = new Float64Array(doublesOf(columns[1]!, { kind: "long" }).values);
      yield { ends: itemsetEnds, ranks: ranks.slice(0, used), freqs };
    }
  },
});
