/** Frequent sequential patterns by PrefixSpan. */
import { gather, vectorOfBoxed } from "../../columnar/batch";
import type { Boxed, DataType, StructType } from "../../columnar/types";
import type { ListVector, Vector } from "../../columnar/vector";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkColumn } from "../base/schema";
import type { TaskData } from "../compute";
import { derivedLater } from "../compute/append-columns";
import { batchInput } from "../compute/batch-input";
import { doubleColumn } from "../compute/columns";
import { batchesProgram } from "../compute/programs";
import { Params, withParams } from "../param/params";
import { frequentItems, minCountOf } from "./baskets";
import { checkItems } from "./items";
import { rankedItems } from "./itemsets";
import { prefixSpanParams } from "./params";
import { type PatternBlock, PatternWriter } from "./patterns";
import { type Extension, extensionsOf, prefixesOf } from "./postfixes";
import { frequentExtensions, patternsOfGroup, sentExtensions, sentSequences } from "./prefix-growth";
import { sentSequenceCounts, toDatabase, toSequences } from "./sequences";
import type { BasketPart } from "./weighted-baskets";

type ListType = Extract<DataType, { kind: "array" }>;

/** Sums that a task holds in one pass, about. */
const MOST_SUMS = 1 << 21;
/** Items that are few for a task, whatever `maxLocalProjDBSize` is. */
const FEW_ITEMS = 1 << 20;

interface Prefix {
  readonly extensions: readonly Extension[];
  /** What remains of all sequences behind it. */
  readonly remains: number;
}

interface Growth {
  /** How many items are frequent. */
  readonly items: number;
  readonly minCount: number;
  readonly partitions: number;
}

/**
 * Frequent sequential patterns by PrefixSpan (J. Pei, J. Han, B. Mortazavi-Asl et al., PrefixSpan: Mining Sequential Patterns Efficiently by
 * Prefix-Projected Pattern Growth, 2001), as Spark: items that are frequent are counted first; then prefixes grow item by item in passes over the
 * sequences, until so little remains of these behind a prefix that one task finds all patterns that begin with it. A sequence is an array of
 * itemsets, which are arrays of items of any type that can be compared; it has a pattern where each of the pattern's itemsets is part of an
 * itemset of its own, in order. An item that is in an itemset twice is two items of it. Rows that are null are none. Patterns do not depend on
 * partitions.
 *
 * @example
 * const patterns = new PrefixSpan({ minSupport: 0.5, maxPatternLength: 5 }).findFrequentSequentialPatterns(sequences);
 * await patterns.orderBy(desc("freq")).show();
 */
export class PrefixSpan extends withParams(Params, prefixSpanParams) {
  /** Columns sequence, of the type of `sequenceCol`, and freq: how many sequences have the pattern. Throws of null in place of an itemset. */
  findFrequentSequentialPatterns(df: DataFrame): DataFrame {
    const minSupport = this.getMinSupport();
    if (minSupport > 1)
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: the minimum support value must be in [0, 1], but got ${minSupport}.`,
        { parameters: { parameter: "minSupport", value: String(minSupport) } },
      );
    const self = this.copy();
    return derivedLater(df, this.className, (schema) => self.found(df, schema));
  }

  private async found(df: DataFrame, schema: StructType): Promise<DataFrame> {
    const name = this.getSequenceCol();
    const { type: list } = checkColumn(schema, name, this.className, "an array of arrays", isListOfLists);
    const input = batchInput(df, schema, [name], this.className);
    const type = ((input.types[0] as ListType).element as ListType).element;
    checkItems(type, name, this.className);
    const partitions = Math.max(1, await input.data.numPartitions());
    const minSupport = this.getMinSupport();
    const sequences = input.data.map(toSequences, { type, name }).persist();
    let database: TaskData<BasketPart> | null = null;
    try {
      const counted = await sequences.send(sentSequenceCounts, { type, to: partitions }, partitions).partials(frequentItems, { type, minSupport }); // prettier-ignore
      const values = counted.flatMap((part) => part.items);
      const items = rankedItems(type, values, counted.flatMap((part) => [...part.counts])); // prettier-ignore
      database = sequences.map(toDatabase, { type, items: items.values }).persist();
      const growth = { items: values.length, minCount: minCountOf(minSupport, counted[0]?.rows ?? 0), partitions };
      const patterns = await this.patterns(database, growth);
      return patterns.frame(df.sparkSession, patternRows, { type, values: items.values }, patternSchema(list));
    } finally {
      await sequences.release();
      await database?.release();
    }
  }

  /** Kept by executors. */
  private async patterns(
    database: TaskData<BasketPart>,
    { items, minCount, partitions }: Growth,
  ): Promise<TaskData<PatternBlock>> {
    const { known, small } = await this.grown(database, { items, minCount, partitions });
    const enough = Math.max(this.getMaxLocalProjDBSize(), FEW_ITEMS);
    const remains = small.reduce((sum, prefix) => sum + prefix.remains, 0);
    const groups = Math.min(Math.max(partitions, Math.ceil(remains / enough)), Math.max(1, small.length));
    // Each group gets a prefix of which much remains, then, the other way round, one of which less does, and so on.
    small.sort((a, b) => b.remains - a.remains);
    const groupOf = Int32Array.from(small, (_, i) => {
      const place = i % (2 * groups);
      return place < groups ? place : 2 * groups - 1 - place;
    });
    const spec = { prefixes: prefixesOf(small.map(({ extensions }) => extensions)), items, groupOf, groups };
    const patterns = database
      .send(sentSequences, spec, groups)
      .map(patternsOfGroup, { ...spec, minCount, maxLength: this.getMaxPatternLength(), known })
      .persist();
    await patterns.numRecords();
    return patterns;
  }

  /** Patterns that passes over the whole database find, and those of them behind which so little remains that their longer ones are for one task. */
  private async grown(
    database: TaskData<BasketPart>,
    { items, minCount, partitions }: Growth,
  ): Promise<{ readonly known: readonly PatternBlock[]; readonly small: Prefix[] }> {
    const [maxLength, enough] = [this.getMaxPatternLength(), this.getMaxLocalProjDBSize()];
    const width = extensionsOf(items);
    const most = Math.max(1, Math.floor(MOST_SUMS / width));
    const out = new PatternWriter();
    const known: PatternBlock[] = [];
    const small: Prefix[] = [];
    const large: (readonly Extension[])[] = items === 0 ? [] : [[]];
    while (large.length > 0) {
      const pass = large.splice(0, most);
      const sent = database.send(sentExtensions, { prefixes: prefixesOf(pass), items, to: partitions }, partitions);
      for (const { keys, counts, remains } of await sent.partials(frequentExtensions, { minCount }))
        for (let i = 0; i < keys.length; i++) {
          const prefix = [...pass[Math.floor(keys[i]! / width)]!, keys[i]! % width];
          for (const [place, extension] of prefix.entries()) out.put(place, extension);
          out.add(counts[i]!);
          if (out.isFull) known.push(out.take());
          if (prefix.length >= maxLength) continue;
          if (remains[i]! > enough) large.push(prefix);
          else small.push({ extensions: prefix, remains: remains[i]! });
        }
    }
    if (!out.isEmpty) known.push(out.take());
    return { known, small };
  }
}

const isListOfLists = (type: DataType): boolean => type.kind === "array" && type.element.kind === "array";

const patternSchema = (type: DataType): StructType => ({
  kind: "struct",
  fields: [
    { name: "sequence", type, nullable: false },
    { name: "freq", type: { kind: "long" }, nullable: false },
  ],
});

const patternRows = batchesProgram<{ readonly type: DataType; readonly values: readonly Boxed[] }, PatternBlock>({
  name: "mllib.fpm.patterns.rows",
  *run(blocks, { type, values }) {
    const items = vectorOfBoxed(values, type);
    for (const { ends, itemsetEnds, ranks, freqs } of blocks)
      yield {
        length: ends.length,
        columns: [listColumn(ends, listColumn(itemsetEnds, gather(items, ranks, ranks.length))), doubleColumn(freqs)],
      };
  },
});

/** Arrays that lie one after the other. */
function listColumn(ends: Int32Array, child: Vector): ListVector {
  const starts = new Int32Array(ends.length);
  starts.set(ends.subarray(0, Math.max(0, ends.length - 1)), 1);
  return { form: "list", length: ends.length, starts, ends, child, valid: null };
}
