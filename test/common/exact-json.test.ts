import { exactJson } from "../../src/common/exact-json";

test("values that differ have texts that differ", () => {
  const values = [
    null,
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    1n,
    1,
    "1",
    "NaN",
    "1n",
    [null],
    [NaN],
    { a: NaN },
    { a: null },
    undefined,
  ];
  expect(new Set(values.map((value) => exactJson(value))).size).toBe(values.length);
});

test("keys that are left out do not count", () => {
  expect(exactJson({ at: 1, x: [{ at: 2, y: NaN }] }, (key) => key === "at")).toBe('{"x":[{"y":{"number":"NaN"}}]}');
});
