import { columnWidths, LEAST_GROWING } from "../../../src/ui/web/lib/column-widths";

const total = (widths: readonly number[]) => widths.reduce((sum, width) => sum + width, 0);

test("a column that grows takes what the others leave, and they have what they need", () => {
  expect(columnWidths([50, 999, 90, 60], [false, true, false, false], 1000)).toEqual([50, 800, 90, 60]);
  expect(columnWidths([50, 999, 999], [false, true, true], 1000)).toEqual([50, 475, 475]);
});

test("without one that grows all share what is left", () => {
  expect(columnWidths([50, 100], [false, false], 250)).toEqual([100, 150]);
});

test("where a table scrolls, its edge lies between two columns", () => {
  const grows = [false, true, false, false, false];
  const widths = columnWidths([40, 999, 100, 90, 80], grows, 360);
  expect(widths).toEqual([40, 220, 100, 90, 80]);
  // No column that grows is in sight.
  expect(columnWidths([100, 100, 100, 999], [false, false, false, true], 250)).toEqual([125, 125, 100, LEAST_GROWING]);
  // Half of it would be empty: the wide column is seen in part.
  expect(columnWidths([40, 999, 300, 90], [false, true, false, false], 360)).toEqual([40, LEAST_GROWING, 300, 90]);
});

test("no column is narrower than it must be, whatever there is", () => {
  for (let available = 0; available < 900; available += 7) {
    const natural = [40.3, 999, 101.7, 90.1, 80];
    const widths = columnWidths(natural, [false, true, false, false, false], available);
    widths.forEach((width, at) => expect(width).toBeGreaterThanOrEqual(at === 1 ? LEAST_GROWING : natural[at]!));
    const edges = widths.map((_, at) => total(widths.slice(0, at + 1)));
    const before = Math.max(0, ...edges.filter((edge) => edge <= available + 0.1));
    // The edge of a table that scrolls lies between columns, or in one that is too wide for that.
    expect(available - before < 0.1 || available - before > available / 4).toBe(true);
  }
});
