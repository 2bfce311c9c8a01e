/** Which features p-values choose, where they are too small for Spark to tell apart. */
import { selectByPValues } from "../../../src/mllib/feature/support/selected";

test("p-values that are 0 in Spark are the same", () => {
  const pValues = [7e-316, 1e-112, 0, 0.4, 1.3e-14];
  expect(selectByPValues(pValues, "numTopFeatures", 2)).toEqual([0, 1]);
  expect(selectByPValues(pValues, "percentile", 0.8)).toEqual([0, 1, 2, 4]);
  expect(selectByPValues(pValues, "fdr", 0.05)).toEqual([0, 1, 2, 4]);
});
