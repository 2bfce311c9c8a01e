/**
 * Whether a value is an object of names and values, as `{ a: 1 }` makes it: its prototype is null or an `Object.prototype`, also
 * that of another realm (a `vm` context, a test of Jest), whose `Object.prototype` is another object. Arrays, dates, maps and
 * instances of classes are none.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "hasOwnProperty");
}
