type Golden = number | string;

/** Within `tolerance` of the larger of 1 and the value. Golden values that are not finite are strings, as Python writes them. */
export function expectNear(got: Iterable<number>, wanted: readonly Golden[], tolerance: number): void {
  const numbers = [...got];
  expect(numbers).toHaveLength(wanted.length);
  numbers.forEach((value, i) => {
    const want = wanted[i]!;
    if (typeof want === "string") {
      expect(value).toBe(want === "nan" ? NaN : want === "inf" ? Infinity : -Infinity);
      return;
    }
    const error = Math.abs(value - want) / Math.max(1, Math.abs(want));
    if (!(error <= tolerance)) throw new Error(`at ${i}: ${value} is not ${want} (${error} > ${tolerance})`);
  });
}
