/** The code of user functions lives as long as the functions and the plans that have them. */
import { setTimeout as pass } from "node:timers/promises";
import { garbageCollector } from "../../../src/common/garbage";
import type { Frozen } from "../../../src/closure/frozen";
import { userFunctionsOf } from "../../../src/dataframe/query/user-functions";
import { CODE } from "../../../src/dataframe/syntax/expression";
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();

async function isCollected(code: WeakRef<Frozen>): Promise<boolean> {
  const collect = garbageCollector();
  for (let round = 0; round < 20 && code.deref() !== undefined; round++) {
    await pass(10);
    collect();
  }
  return code.deref() === undefined;
}

test("a function that neither the program nor a plan has any more is let go", async () => {
  const double = (): WeakRef<Frozen> => new WeakRef(F.udf((x: number) => 2 * x, "double").fn[CODE]!);
  expect(await isCollected(double())).toBe(true);
});

test("plans keep their functions", async () => {
  const df = spark()
    .range(3)
    .select(
      F.udf((x: bigint) => Number(x) * 2, "double")
        .withName("twice")("id")
        .as("y"),
    );
  spark().udf.register("half", (x: number) => x / 2, "double");
  const collect = garbageCollector();
  for (let round = 0; round < 3; round++) {
    await pass(10);
    collect();
  }
  expect((await df.selectExpr("half(y)").collect()).map((row) => row.get(0))).toEqual([0, 1, 2]);
});

test("copies of a function have its code, which is no part of a plan's text", () => {
  const { fn } = F.udf((x: number) => x, "double")
    .asNondeterministic()
    .withName("same");
  expect(userFunctionsOf({ project: [fn] })).toEqual(new Map([[fn.id, fn[CODE]]]));
  expect(JSON.stringify(fn)).not.toContain("hash");
  expect(() => userFunctionsOf({ ...fn, [CODE]: undefined })).toThrow("The user function same came without its code.");
});
