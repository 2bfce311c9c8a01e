/** Every expression of test/golden/functions.sql has Spark's name, type, nullability and value, or its error class. */
import cases from "../../golden/functions.json";
import { printed } from "../../../src/dataframe/expressions/print";
import { hiveText } from "../../../src/dataframe/types/hive-text";
import { simpleString } from "../../../src/dataframe/types/text";
import { bindText, settings, valueOf } from "./evaluate";

type Answer =
  | readonly [expression: string, errorClass: string]
  | readonly [expression: string, schema: string, nullable: boolean, value: string];

function answer(expression: string): Answer {
  try {
    const bound = bindText(expression, settings());
    const value = hiveText(valueOf(bound), bound.type, settings());
    return [expression, `struct<${printed(bound)}:${simpleString(bound.type)}>`, bound.nullable, value];
  } catch (error) {
    return [expression, (error as { errorClass?: string }).errorClass ?? String(error)];
  }
}

test("expressions are what Spark says they are", () => {
  const different = (cases as unknown as Answer[]).filter(
    (expected) => JSON.stringify(answer(expected[0])) !== JSON.stringify(expected),
  );
  expect(different.map((expected) => [answer(expected[0]), expected])).toEqual([]);
});
