/** The design system's colours: text is legible (WCAG AA, 4.5 : 1) and marks can be told from what they lie on (3 : 1). */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const css = readFileSync(join(__dirname, "../../../src/ui/web/style/tokens.css"), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name!,
    [light!, dark!] as const,
  ]),
);

/** WCAG 2.2's relative luminance. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function below(least: number, fronts: readonly string[], backs: readonly string[]): string[] {
  return fronts.flatMap((front) =>
    backs.flatMap((back) =>
      [0, 1].flatMap((scheme) => {
        const ratio = contrast(tokens.get(front)![scheme]!, tokens.get(back)![scheme]!);
        return ratio < least ? [`${front} on ${back}, ${scheme === 0 ? "light" : "dark"}: ${ratio.toFixed(2)}`] : [];
      }),
    ),
  );
}

test("text", () => {
  const backs = ["back", "surface", "surface-2", "hover", "accent-soft", "good-soft", "bad-soft", "warn-soft"];
  expect(below(4.5, ["ink"], ["heat-low", "heat-high"])).toEqual([]);
  expect(below(4.5, ["ink", "ink-2", "accent", "good", "bad", "warn"], backs)).toEqual([]);
});

test("bars", () => {
  const bars = ["bar-done", "bar-run", "bar-bad", "memory-below", "memory-near", "memory-paused", "memory-spilled", "brand"];
  expect(below(3, bars, ["bar-track", "surface"])).toEqual([]);
});
