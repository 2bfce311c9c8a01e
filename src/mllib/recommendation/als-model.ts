/** Factors of users and items: predicted ratings and recommendations. */
import { randomBytes } from "node:crypto";
import type { DataType, StructField, StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { SparkSession } from "../../dataframe/api/spark-session";
import type { Estimator } from "../base/estimator";
import { Model } from "../base/estimator";
import { checkNumeric, withFields } from "../base/schema";
import { appendColumns } from "../compute";
import { withParams } from "../param/params";
import type { ModelDirectory } from "../persistence/directory";
import { persistent } from "../persistence/registry";
import type { Factors } from "./factors";
import { alsModelParams } from "./params";
import { best, idColumns, products } from "./predict";

const float: DataType = { kind: "float" };
const int: DataType = { kind: "int" };

export const ratingField = (name: string): StructField => ({ name, type: float, nullable: false });
const idField = (name: string): StructField => ({ name, type: int, nullable: false });

const factorsSchema = (id: string, features: string): StructType => ({
  kind: "struct",
  fields: [idField(id), { name: features, type: { kind: "array", element: float, containsNull: false }, nullable: true }],
});

const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

export class ALSModel extends withParams(Model, alsModelParams) {
  constructor(
    /** Factors of a user or an item. */
    readonly rank: number,
    private readonly users: Factors,
    private readonly items: Factors,
  ) {
    super();
  }

  static fitted(parent: Estimator, rank: number, users: Factors, items: Factors): ALSModel {
    return new ALSModel(rank, users, items).adopted(parent);
  }

  /** Columns id and features (an array of floats), of the active session. */
  get userFactors(): DataFrame {
    return factorsFrame(this.users, this.rank, "id", "features");
  }

  /** Columns id and features (an array of floats), of the active session. */
  get itemFactors(): DataFrame {
    return factorsFrame(this.items, this.rank, "id", "features");
  }

  override transformSchema(schema: StructType): StructType {
    for (const name of [this.getUserCol(), this.getItemCol()]) checkNumeric(schema, name, this.className);
    return withFields(schema, this.className, ratingField(this.getPredictionCol()));
  }

  /** By joins with the factors: rows may come in another order. */
  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const tag = randomBytes(6).toString("hex");
    const [user, item] = [`user_${tag}`, `item_${tag}`];
    const [ofUser, ofItem] = [`userFactors_${tag}`, `itemFactors_${tag}`];
    const names = [this.getUserCol(), this.getItemCol()];
    const how = this.getColdStartStrategy() === "drop" ? "inner" : "left";
    const withIds = appendColumns(df, idColumns, { inputs: names, outputs: [idField(user), idField(item)], spec: { names } });
    const joined = withIds
      .join(factorsFrame(this.users, this.rank, user, ofUser), user, how)
      .join(factorsFrame(this.items, this.rank, item, ofItem), item, how);
    const prediction = this.getPredictionCol();
    return appendColumns(joined, products, {
      inputs: [ofUser, ofItem],
      outputs: [ratingField(prediction)],
      spec: { rank: this.rank },
    }).select(...schema.fields.map(({ name }) => quoted(name)), quoted(prediction));
  }

  /** The `numItems` items of the highest predicted ratings for each user: columns userCol and recommendations. */
  recommendForAllUsers(numItems: number): DataFrame {
    return this.recommended(this.users, this.items, [this.getUserCol(), this.getItemCol()], numItems, "numItems");
  }

  /** The `numUsers` users of the highest predicted ratings for each item: columns itemCol and recommendations. */
  recommendForAllItems(numUsers: number): DataFrame {
    return this.recommended(this.items, this.users, [this.getItemCol(), this.getUserCol()], numUsers, "numUsers");
  }

  /** As recommendForAllUsers, for the users in `df`'s column userCol that the model knows. */
  recommendForUserSubset(df: DataFrame, numItems: number): DataFrame {
    return subset(df, this.getUserCol(), this.recommendForAllUsers(numItems));
  }

  /** As recommendForAllItems, for the items in `df`'s column itemCol that the model knows. */
  recommendForItemSubset(df: DataFrame, numUsers: number): DataFrame {
    return subset(df, this.getItemCol(), this.recommendForAllItems(numUsers));
  }

  private recommended(of: Factors, others: Factors, names: readonly [string, string], count: number, what: string): DataFrame {
    if (!(Number.isSafeInteger(count) && count > 0))
      throw new UsageError("INVALID_ARGUMENT", `${this.className}: ${what} must be a whole number above 0, not ${count}.`);
    const [own, other] = names;
    const element: StructType = {
      kind: "struct",
      fields: [
        { name: other, type: int, nullable: true },
        { name: "rating", type: float, nullable: true },
      ],
    };
    const features = own === "features" ? "factors" : "features";
    const output: StructField = { name: "recommendations", type: { kind: "array", element, containsNull: true }, nullable: true };
    const { ids, values } = others;
    return appendColumns(factorsFrame(of, this.rank, own, features), best, {
      inputs: [features],
      outputs: [output],
      spec: { rank: this.rank, ids, values, count },
    }).select(quoted(own), "recommendations");
  }

  /** Tables of factors, for saving. */
  tables(): { readonly users: Factors; readonly items: Factors } {
    return { users: this.users, items: this.items };
  }

  override toString(): string {
    return this.described({ rank: this.rank });
  }
}

function subset(df: DataFrame, name: string, all: DataFrame): DataFrame {
  return all.join(df.select(quoted(name)).distinct(), name, "left_semi");
}

function rowsOf({ ids, values }: Factors, rank: number): [number, number[]][] {
  return Array.from(ids, (id, i) => [id, [...values.subarray(i * rank, (i + 1) * rank)]]);
}

function factorsFrame(factors: Factors, rank: number, id: string, features: string): DataFrame {
  return SparkSession.active().createDataFrame(rowsOf(factors, rank), factorsSchema(id, features));
}

async function readFactors(directory: ModelDirectory, table: string, rank: number): Promise<Factors> {
  const rows = await directory.readTable(table, ["id", "features"]);
  const all = rows
    .map((row) => [row.get("id") as number, row.get("features") as readonly number[]] as const)
    .sort((a, b) => a[0] - b[0]);
  const values = new Float32Array(all.length * rank);
  for (const [i, [, features]] of all.entries()) {
    if (features.length !== rank) throw directory.damaged(`${table} has ${features.length} factors in a row, not ${rank}`);
    values.set(features, i * rank);
  }
  return { ids: Int32Array.from(all, ([id]) => id), values };
}

persistent(ALSModel, {
  sparkClass: "org.apache.spark.ml.recommendation.ALSModel",
  metadata: ({ rank }) => ({ rank }),
  async save(model, directory) {
    const { users, items } = model.tables();
    await directory.writeTable("userFactors", factorsSchema("id", "features"), rowsOf(users, model.rank));
    await directory.writeTable("itemFactors", factorsSchema("id", "features"), rowsOf(items, model.rank));
  },
  async load({ rank }, directory) {
    if (!Number.isSafeInteger(rank) || (rank as number) < 1) throw directory.damaged("metadata has no rank");
    const [users, items] = await Promise.all(
      ["userFactors", "itemFactors"].map((table) => readFactors(directory, table, rank as number)),
    );
    return new ALSModel(rank as number, users!, items!);
  },
});
