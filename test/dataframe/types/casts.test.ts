import { typeFromJson } from "../../../src/dataframe/types/text";
import { canCast, makeCast } from "../../../src/dataframe/types/cast";
import { hexText } from "../../../src/dataframe/types/print";
import type { CastMode } from "../../../src/dataframe/expressions/expression";
import { FiresteelError } from "../../../src/common/errors";
import golden from "../../golden/casts.json";

type Outcome = readonly ["text", string] | readonly ["null"] | readonly ["error", string | null];

const settings = { timeZone: golden.zone, now: 0 };

function outcomeOf(mode: CastMode, source: string, target: string, text: string): Outcome {
  try {
    const [from, to] = [typeFromJson(source), typeFromJson(target)];
    const value =
      source === "string" ? text : makeCast({ kind: "string" }, from, mode === "try" ? "legacy" : mode, settings)(text);
    if (value === null) return ["null"];
    if (!canCast(from, to, mode)) return ["error", "not castable"];
    const result = makeCast(from, to, mode, settings)(value);
    if (result === null) return ["null"];
    if (result instanceof Uint8Array) return ["text", hexText(result)];
    const shown = makeCast(to, { kind: "string" }, mode === "ansi" ? "ansi" : "legacy", settings)(result);
    return ["text", shown as string];
  } catch (error) {
    if (error instanceof FiresteelError) return ["error", error.errorClass];
    throw error;
  }
}

test("casts give what Spark gives", () => {
  const wrong: string[] = [];
  for (const [mode, source, target, text, expected] of golden.cases as [CastMode, string, string, string, Outcome][]) {
    const actual = outcomeOf(mode, source, target, text);
    /* Java's own exceptions have no class: any error will do. */
    if (expected[0] === "error" && expected[1] === null && actual[0] === "error") continue;
    if (JSON.stringify(actual) !== JSON.stringify(expected)) {
      wrong.push(`${mode} ${source} → ${target} ${JSON.stringify(text)}: ${actual.join(" ")} instead of ${expected.join(" ")}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("casts that Spark refuses are refused", () => {
  const allowed = (golden.refused as [CastMode, string, string][]).filter(([mode, source, target]) =>
    canCast(typeFromJson(source), typeFromJson(target), mode),
  );
  expect(allowed).toEqual([]);
});
