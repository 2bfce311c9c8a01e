import { fitText } from "../../../src/ui/web/lib/fit-text";

/** Letters of one width, but for m, which is twice as wide. */
const measure = (text: string): number => [...text].reduce((sum, letter) => sum + (letter === "m" ? 20 : 10), 0);

test("what fits stays; what does not ends with an ellipsis within the width", () => {
  expect(fitText("reduce", 60, measure)).toBe("reduce");
  expect(fitText("reduceByKey", 60, measure)).toBe("reduc…");
  expect(fitText("mmmmmm", 60, measure)).toBe("mm…");
  expect(fitText("a b c", 40, measure)).toBe("a b…");
  expect(fitText("map", 5, measure)).toBe("…");
  for (let width = 10; width < 200; width += 7) {
    const shown = fitText("Exchange hashpartitioning(m#1, 4)", width, measure);
    expect(measure(shown)).toBeLessThanOrEqual(width);
  }
});
