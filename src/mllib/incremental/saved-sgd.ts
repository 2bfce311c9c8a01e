/** What SGD has learned, on disk: a row for each linear function. */
import type { ModelDirectory } from "../persistence/directory";
import type { SgdState } from "./sgd-learner";

const COLUMNS = ["function", "weights", "intercept", "t"] as const;

export async function saveSgd(state: SgdState, directory: ModelDirectory): Promise<void> {
  await directory.writeTable(
    "data",
    "function INT, weights ARRAY<DOUBLE>, intercept DOUBLE, t DOUBLE",
    state.map(({ weights, intercept, t }, k) => [k, [...weights], intercept, t]),
  );
}

export async function readSgd(directory: ModelDirectory): Promise<SgdState> {
  const rows = await directory.readTable("data", COLUMNS);
  if (rows.length === 0) throw directory.damaged("its table holds no function");
  return rows
    .map((row) => [row.get(0) as number, row.get(1) as number[], row.get(2) as number, row.get(3) as number] as const)
    .sort(([a], [b]) => a - b)
    .map(([, weights, intercept, t]) => ({ weights: Float64Array.from(weights), intercept, t }));
}
