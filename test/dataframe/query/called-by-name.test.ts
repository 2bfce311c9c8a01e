/** Functions of the program that SQL calls with the names of their parameters. */
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession({ "firesteel.local.inProcess": "true", "spark.ui.enabled": "false" });

const one = async (text: string): Promise<unknown> => (await spark().sql(text).first())!.toArray();

beforeAll(() => {
  const { udf, udtf } = spark();
  udf.register("two", (a: number, b: number) => 10 * a + b, "int");
  udf.register("later", (a: number, b = 5) => 10 * a + b, "int");
  udf.register("rest", (a: number, ...others: number[]) => 10 * a + others.length, "int");
  udf.register("taken", ({ length }: string) => length, "int");
  udf.register("largest", Math.max, "double");
  udf.registerAggregate(
    "total",
    { zero: () => 0, reduce: (s, x: number) => s + x, merge: (s, t) => s + t, finish: (s) => s },
    "int",
  );
  class Repeated {
    *eval(text: string, times: number): Generator<unknown[]> {
      for (let i = 0; i < times; i++) yield [text];
    }
  }
  udtf.register("repeated", F.udtf(Repeated, "t STRING"));
});

test("arguments go to the parameters that they name", async () => {
  expect(await one("SELECT two(b => 1, a => 2), two(1, b => 2), two(B => 1, A => 2)")).toEqual([21, 12, 21]);
  expect(await one("SELECT later(a => 3), later(b => 1, a => 3), rest(a => 4)")).toEqual([35, 31, 40]);
  expect(await one("SELECT count(*) FROM repeated(times => 3, text => 'x')")).toEqual([3]);
  expect(await one("SELECT count(*) FROM VALUES (2), (3) v(n), LATERAL repeated(times => n, text => 'x')")).toEqual([5]);
});

test.each([
  ["SELECT two(c => 1, a => 2)", /UNRECOGNIZED_PARAMETER_NAME.*`c`/],
  ["SELECT two(a => 1, a => 2)", /DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE/],
  ["SELECT two(1, a => 2)", /DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED/],
  ["SELECT two(a => 1, 2)", /UNEXPECTED_POSITIONAL_ARGUMENT/],
  ["SELECT two(b => 1)", /REQUIRED_PARAMETER_NOT_FOUND.*`a`/],
  ["SELECT taken(text => 'x')", /NAMED_PARAMETERS_NOT_SUPPORTED.*`taken`/],
  ["SELECT largest(a => 1)", /NAMED_PARAMETERS_NOT_SUPPORTED.*`largest`/],
  ["SELECT total(x => 1)", /NAMED_PARAMETERS_NOT_SUPPORTED.*`total`/],
])("%s", async (text, error) => {
  await expect(one(text)).rejects.toThrow(error);
});
