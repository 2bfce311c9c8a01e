import type { DataType } from "../../../src/columnar/types";
import { commonType, decimalArithmeticType } from "../../../src/dataframe/types/coercion";
import { simpleString, typeFromJson, typeToJson, type Json } from "../../../src/dataframe/types/text";
import golden from "../../golden/common-types.json";

type Case = readonly [mode: string, a: Json, b: Json, common: Json | null];

const settings = { ansi: true, caseSensitive: false };

test("two types have the common type that Spark finds", () => {
  const wrong: string[] = [];
  for (const [mode, a, b, expected] of golden as unknown as Case[]) {
    const [left, right] = [typeFromJson(a), typeFromJson(b)];
    const actual = commonType([left, right], { ...settings, ansi: mode === "ansi" });
    const text = (type: DataType | null): string => (type === null ? "none" : JSON.stringify(typeToJson(type)));
    const wanted = expected === null ? null : typeFromJson(expected);
    if (text(actual) !== text(wanted)) {
      wrong.push(`${mode} ${simpleString(left)}, ${simpleString(right)}: ${text(actual)} instead of ${text(wanted)}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("decimal arithmetic keeps whole digits before fraction digits", () => {
  const decimal = (precision: number, scale: number) => ({ kind: "decimal", precision, scale }) as const;
  const of = (op: "+" | "*" | "/" | "%", lossy = true): string =>
    simpleString(decimalArithmeticType(op, decimal(38, 18), decimal(20, 2), lossy));
  expect([of("+"), of("*"), of("/"), of("%")]).toEqual(["decimal(38,17)", "decimal(38,6)", "decimal(38,16)", "decimal(36,18)"]);
  expect([of("+", false), of("*", false), of("/", false)]).toEqual(["decimal(38,18)", "decimal(38,20)", "decimal(38,26)"]);
});
