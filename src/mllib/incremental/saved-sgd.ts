/** What SGD has learned, on disk: a row for each linear function. */
import type { ModelDirectory } from "../persistence/directory";
import type { SgdState } from "./sgd-learner";

const COLUMNS = ["function", "weights", "intercept", "t", "averageWeights", "averageIntercept"] as const;

export async function saveSgd(state: SgdState, directory: ModelDirectory): Promise<void> {
  await directory.writeTable(
    "data",
    "function INT, weights ARRAY<DOUBLE>, intercept DOUBLE, t DOUBLE, averageWeights ARRAY<DOUBLE>, averageIntercept DOUBLE",
    state.map(({ weights, intercept, t, average }, k) => [
      k,
      [...weights],
      intercept,
      t,
      average === undefined ? null : [...average.weights],
      average?.intercept ?? null,
    ]),
  );
}

export async function readSgd(directory: ModelDirectory): Promise<SgdState> {
  const rows = await directory.readTable("data", COLUMNS);
  if (rows.length === 0) throw directory.damaged("its table holds no function");
  return rows
    .map((row) => ({
      place: row.get(0) as number,
      weights: Float64Array.from(row.get(1) as number[]),
      intercept: row.get(2) as number,
      t: row.get(3) as number,
      average: row.get(4) as number[] | null,
      averageIntercept: row.get(5) as number,
    }))
    .sort((a, b) => a.place - b.place)
    .map(({ weights, intercept, t, average, averageIntercept }) => ({
      weights,
      intercept,
      t,
      ...(average !== null && { average: { weights: Float64Array.from(average), intercept: averageIntercept } }),
    }));
}
