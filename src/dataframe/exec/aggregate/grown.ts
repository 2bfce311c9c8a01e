/** The same values in a longer array. */
export function grown<A extends Uint8Array | Int32Array | Float64Array>(array: A, capacity: number): A {
  const larger = new (array.constructor as new (length: number) => A)(capacity);
  larger.set(array);
  return larger;
}
