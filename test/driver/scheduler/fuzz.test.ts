import { runHistory } from "./support/simulation";

describe("Random histories", () => {
  test("2,000 of them break no rule of the scheduler and leave no job without an outcome", () => {
    for (let seed = 1; seed <= 2000; seed++) runHistory(seed);
  });
});
