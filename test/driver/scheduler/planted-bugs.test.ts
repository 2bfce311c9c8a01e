import { loadSimulation } from "./support/bundle";
import { PLANTED_BUGS } from "./support/planted-bugs";

/** Histories that a planted bug may take to be found. */
const MOST_HISTORIES = 8000;

describe("Random histories find a planted bug:", () => {
  test("there are at least 30 different ones", () => {
    expect(new Set(PLANTED_BUGS.map(({ file, find, replace }) => `${file} ${find} ${replace}`)).size).toBeGreaterThanOrEqual(30);
  });

  test("none without one", async () => {
    const { runHistory } = await loadSimulation();
    for (let seed = 1; seed <= MOST_HISTORIES; seed++) runHistory(seed);
  });

  test.each(PLANTED_BUGS)(
    "$bug",
    async (patch) => {
      const { runHistory } = await loadSimulation(patch);
      const find = (): void => {
        const first = patch.seed ?? 1;
        for (let i = 0; i < MOST_HISTORIES; i++) runHistory(((first - 1 + i) % MOST_HISTORIES) + 1);
      };
      expect(find).toThrow(/^Seed \d+: /);
    },
    120_000,
  );
});
