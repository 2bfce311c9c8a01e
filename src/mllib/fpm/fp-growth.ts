/** Frequent itemsets by FP-growth. */
import type { DataType, StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { checkColumn, withFields } from "../base/schema";
import { batchInput } from "../compute/batch-input";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { frequentItems, itemsetsOfGroup, minCountOf, sentCounts, sentBaskets, toBaskets } from "./baskets";
import { FPGrowthModel } from "./fp-growth-model";
import { checkItems } from "./items";
import { rankedItems } from "./itemsets";
import { fpGrowthParams } from "./params";

/** The type of a column of arrays. */
export function listType(schema: StructType, name: string, who: string): Extract<DataType, { kind: "array" }> {
  const { type } = checkColumn(schema, name, who, "an array", ({ kind }) => kind === "array");
  return type as Extract<DataType, { kind: "array" }>;
}

/**
 * Frequent itemsets by parallel FP-growth (H. Li, Y. Wang, D. Zhang, M. Zhang, E. Chang, PFP: Parallel FP-Growth for Query Recommendation,
 * 2008), as Spark: items that are frequent are counted first; then each group of them gets what it needs of the baskets, as trees of their
 * common beginnings, and finds the itemsets whose least frequent item is of the group. A row's array is a basket, whose items must differ; rows
 * that are null are none. Itemsets do not depend on partitions.
 *
 * @example
 * const model = await new FPGrowth({ minSupport: 0.01, minConfidence: 0.5 }).fit(baskets);
 * await model.freqItemsets.orderBy(desc("freq")).show();
 * await model.associationRules.orderBy(desc("lift")).show();
 */
export class FPGrowth extends withParams(Estimator<FPGrowthModel>, fpGrowthParams) {
  override transformSchema(schema: StructType): StructType {
    const type = listType(schema, this.getItemsCol(), this.className);
    checkItems(type.element, this.getItemsCol(), this.className);
    return withFields(schema, this.className, { name: this.getPredictionCol(), type, nullable: true });
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<FPGrowthModel> {
    const name = this.getItemsCol();
    const list = listType(schema, name, this.className);
    const input = batchInput(df, schema, [name], this.className);
    const type = (input.types[0] as Extract<DataType, { kind: "array" }>).element;
    const groups = this.valueFor<number>("numPartitions") ?? (await input.data.numPartitions());
    const minSupport = this.getMinSupport();
    const baskets = input.data.map(toBaskets, { type }).persist();
    try {
      const counted = await baskets.send(sentCounts, { type, to: groups }, groups).partials(frequentItems, { type, minSupport });
      const rows = counted[0]?.rows ?? 0;
      const values = counted.flatMap((part) => part.items);
      const items = rankedItems(type, values, counted.flatMap((part) => [...part.counts])); // prettier-ignore
      const blocks = baskets
        .send(sentBaskets, { type, items: items.values, groups }, groups)
        .map(itemsetsOfGroup, { items: values.length, minCount: minCountOf(minSupport, rows), groups })
        .persist();
      await blocks.numRecords();
      return FPGrowthModel.fitted(this, df.sparkSession, { blocks, items }, rows, list);
    } finally {
      await baskets.release();
    }
  }
}

persistent(FPGrowth, { sparkClass: "org.apache.spark.ml.fpm.FPGrowth", load: () => new FPGrowth() });
