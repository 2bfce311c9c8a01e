/** The loss of boosted trees after each of them. */
import type { DataFrame } from "../../dataframe/api/dataframe";
import { DataError } from "../../common/errors";
import { checkFitColumns } from "../base/predictor";
import { type InstanceBlock, instancesOf } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import { type FlatEnsemble, runningSums } from "./flat-ensemble";
import { lossOf, type LossName } from "./losses";

interface LossSums {
  readonly rows: number;
  readonly sums: Float64Array;
}

const losses = aggregateProgram<{ readonly flat: FlatEnsemble; readonly loss: LossName }, InstanceBlock, LossSums>({
  name: "mllib.trees.losses",
  run(blocks, { flat, loss }) {
    const trees = flat.roots.length;
    const sums = new Float64Array(trees);
    let rows = 0;
    for (const block of blocks) {
      const dense = block.dense ?? filled(block);
      const predictions = runningSums(flat, dense, block.rows);
      for (let row = 0; row < block.rows; row++) {
        const label = loss === "logistic" ? 2 * block.label![row]! - 1 : block.label![row]!;
        for (let t = 0; t < trees; t++) sums[t]! += lossOf(loss, label, predictions[row * trees + t]!);
      }
      rows += block.rows;
    }
    return { rows, sums };
  },
  merge: (a, b) => ({ rows: a.rows + b.rows, sums: a.sums.map((sum, i) => sum + b.sums[i]!) }),
});

function filled({ rows, width, sparse }: InstanceBlock): Float64Array {
  const dense = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++)
    for (let i = sparse!.starts[row]!; i < sparse!.starts[row + 1]!; i++)
      dense[row * width + sparse!.indices[i]!] = sparse!.values[i]!;
  return dense;
}

export async function lossesByIteration(
  df: DataFrame,
  flat: FlatEnsemble,
  who: string,
  featuresCol: string,
  labelCol: string,
  loss: LossName,
): Promise<number[]> {
  checkFitColumns(await df.schema(), who, { featuresCol, labelCol });
  const data = await instancesOf(df, { featuresCol, labelCol });
  const result = await data.aggregate(losses, { flat, loss });
  if (result === null || result.rows === 0) throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty; it has no loss.`);
  return [...result.sums].map((sum) => sum / result.rows);
}
