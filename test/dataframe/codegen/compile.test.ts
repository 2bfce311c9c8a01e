import { CompiledFunctions } from "../../../src/dataframe/codegen/compile";

const MIB = 2 ** 20;
/** A function of about `length` characters that gives `value`. */
const text = (value: number, length = 100): string => `() => ${value} /* ${"x".repeat(length)} */`;

it("gives the same function for a text that is used again", () => {
  const functions = new CompiledFunctions(64 * MIB);
  const first = functions.get<() => number>(text(1));
  expect(first()).toBe(1);
  expect(functions.get(text(1))).toBe(first);
  expect(functions.get(text(2))).not.toBe(first);
});

it("forgets what was not used for the longest time when texts are a 64th of the heap", () => {
  const functions = new CompiledFunctions(64 * MIB);
  const used = functions.get(text(0, 100_000));
  const unused = functions.get(text(1, 100_000));
  for (let i = 2; i < 14; i++) {
    functions.get(text(i, 100_000));
    expect(functions.get(text(0, 100_000))).toBe(used);
  }
  expect(functions.get(text(1, 100_000))).not.toBe(unused);
});

it("keeps 4 Mi characters however large the heap is", () => {
  const functions = new CompiledFunctions(64 * 1024 * MIB);
  const first = functions.get(text(0, MIB));
  for (let i = 1; i < 3; i++) functions.get(text(i, MIB));
  expect(functions.get(text(0, MIB))).toBe(first);
  for (let i = 3; i < 8; i++) functions.get(text(i, MIB));
  expect(functions.get(text(0, MIB))).not.toBe(first);
});

it("compiles a text that is longer than all that is kept", () => {
  const functions = new CompiledFunctions(MIB);
  expect(functions.get<() => number>(text(7, 100_000))()).toBe(7);
  expect(functions.get(text(7, 100_000))).not.toBe(functions.get(text(7, 100_000)));
});
