import { TRAVEL } from "../../../src/columnar";
import { functions as F } from "../../../src/index";
import { fakeSession } from "./fake-session";

test("sessions, DataFrames and columns say that tasks cannot use them", () => {
  const { spark } = fakeSession({ kind: "struct", fields: [] }, []);
  for (const [value, what] of [
    [spark, /a SparkSession cannot/],
    [spark.table("t"), /a DataFrame cannot/],
    [F.col("a"), /a Column cannot/],
  ] as const) {
    expect(value[TRAVEL]().refuse).toMatch(what);
  }
});
