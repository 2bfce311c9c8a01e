/** Frequent itemsets, the rules that they make, and what those say of other baskets. */
import type { DataType, StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { simpleString } from "../../dataframe/types/text";
import { type Estimator, Model } from "../base/estimator";
import { checkColumn, requiredField, withFields } from "../base/schema";
import { appendColumns, type TaskData } from "../compute";
import { derivedLater } from "../compute/append-columns";
import { plainType } from "../compute/batch-input";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { type FrequentItemsets, itemsetFrame, itemsetsOfFrame, ruleFrame } from "./itemsets";
import { fpGrowthParams } from "./params";
import { predictions } from "./predict";
import { collectedRules, confidentRules, orderedRules, type RuleBlock, sentAntecedents } from "./rules";

type ListType = Extract<DataType, { kind: "array" }>;

/** Shared by copies of a model. */
class Learned {
  #itemsets: Promise<FrequentItemsets> | undefined;
  readonly #rules = new Map<number, TaskData<RuleBlock>>();

  constructor(
    readonly frame: DataFrame,
    itemsets?: FrequentItemsets,
  ) {
    if (itemsets !== undefined) this.#itemsets = Promise.resolve(itemsets);
  }

  itemsets(): Promise<FrequentItemsets> {
    return (this.#itemsets ??= itemsetsOfFrame(this.frame, "FPGrowthModel"));
  }

  async rules(minConfidence: number): Promise<TaskData<RuleBlock>> {
    const { blocks } = await this.itemsets();
    let rules = this.#rules.get(minConfidence);
    if (rules === undefined) {
      const to = await blocks.numPartitions();
      rules = blocks.send(sentAntecedents, { to }, to).map(confidentRules, { minConfidence }).persist();
      this.#rules.set(minConfidence, rules);
    }
    return rules;
  }
}

export class FPGrowthModel extends withParams(Model, fpGrowthParams) {
  private readonly learned: Learned;

  /** @param itemsets what `freqItemsets` has, where executors keep it */
  constructor(
    freqItemsets: DataFrame,
    /** Baskets that it was learned from; 0 where that is not known. */
    readonly numTrainingRecords: number,
    itemsets?: FrequentItemsets,
  ) {
    super();
    this.learned = new Learned(freqItemsets, itemsets);
  }

  /** Internal. */
  static fitted(
    parent: Estimator,
    session: SparkSession,
    itemsets: FrequentItemsets,
    rows: number,
    type: ListType,
  ): FPGrowthModel {
    return new FPGrowthModel(itemsetFrame(session, itemsets, type), rows, itemsets).adopted(parent);
  }

  /** Columns items (the least frequent first) and freq. */
  get freqItemsets(): DataFrame {
    return this.learned.frame;
  }

  /**
   * Rules of at least `minConfidence`, with one item as consequent: columns antecedent, consequent, confidence, lift (null where it is not known
   * how frequent the consequent is) and support.
   */
  get associationRules(): DataFrame {
    const minConfidence = this.getMinConfidence();
    const { learned, numTrainingRecords } = this;
    return derivedLater(learned.frame, "associationRules", async (schema) => {
      const { items } = await learned.itemsets();
      const rules = await learned.rules(minConfidence);
      const { type } = requiredField(schema, "items", this.className);
      return ruleFrame(learned.frame.sparkSession, rules, items, numTrainingRecords, type);
    });
  }

  override transformSchema(schema: StructType): StructType {
    const type = checkColumn(schema, this.getItemsCol(), this.className, "an array", ({ kind }) => kind === "array").type;
    return withFields(schema, this.className, { name: this.getPredictionCol(), type, nullable: true });
  }

  /** The consequents of all rules whose antecedents a row has, the most confident first, without what the row has already. */
  protected override async transformed(df: DataFrame, schema: StructType): Promise<DataFrame> {
    const { name, type } = requiredField(schema, this.getItemsCol(), this.className);
    const { items } = await this.learned.itemsets();
    const own = plainType((type as ListType).element);
    if (!sameItems(own, items.type))
      throw new UsageError(
        "INVALID_COLUMN_TYPE",
        `${this.className}: items of column ${name} are ${simpleString(own)}, but those of the model are ${simpleString(items.type)}.`,
        { parameters: { column: name, type: simpleString(own) } },
      );
    const rules = await this.learned.rules(this.getMinConfidence());
    const { ends, ranks, consequents } = orderedRules((await rules.partials(collectedRules, null)).flat());
    return appendColumns(df, predictions, {
      inputs: [name],
      outputs: [{ name: this.getPredictionCol(), type, nullable: true }],
      spec: { type: own, items: items.values, rules: { ends, ranks, consequents } },
    });
  }

  override toString(): string {
    return this.described({ numTrainingRecords: this.numTrainingRecords });
  }
}

const WHOLE = new Set<DataType["kind"]>(["byte", "short", "int", "long"]);

function sameItems(a: DataType, b: DataType): boolean {
  return (WHOLE.has(a.kind) && WHOLE.has(b.kind)) || simpleString(a) === simpleString(b);
}

persistent(FPGrowthModel, {
  sparkClass: "org.apache.spark.ml.fpm.FPGrowthModel",
  metadata: ({ numTrainingRecords }) => ({ numTrainingRecords }),
  save: (model, directory) => directory.writeFrame("data", model.freqItemsets),
  async load({ numTrainingRecords }, directory) {
    const table = await directory.frame("data", ["items", "freq"]);
    const known =
      numTrainingRecords === undefined || (Number.isSafeInteger(numTrainingRecords) && (numTrainingRecords as number) >= 0);
    if (!known) throw directory.damaged("metadata have no numTrainingRecords");
    return new FPGrowthModel(table, (numTrainingRecords as number | undefined) ?? 0);
  },
});
