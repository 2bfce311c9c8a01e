/** Arbitrary values for property tests. */
import fc from "fast-check";
import { HttpError, Money, Point, Point3, Registry, Stack } from "./classes";

const key = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.constantFrom("a", "b", "__proto__", "constructor", "toString", "length", "0", "1", ""),
);

/** fast-check's own objects may have accessors of the prototype in their way: define instead of assigning. */
function objectOf(entries: readonly (readonly [string, unknown])[], prototype: object | null): object {
  const object = Object.create(prototype) as object;
  for (const [name, value] of entries)
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  return object;
}

/** An object as a literal makes it. */
const literal = (entries: readonly (readonly [string, unknown])[]): object => objectOf(entries, Object.prototype);

const primitive = fc.oneof(
  fc.constantFrom(undefined, null, true, false, 0, -0, NaN, Infinity, 2 ** 31, -(2 ** 31), 2 ** 53),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.bigInt(),
  fc.constantFrom("\ud800", "é", "\u0001", "\u0001[", "x".repeat(70), "中".repeat(40)),
);

/** Primitives, arrays and objects. */
export const plainValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    primitive,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map(literal),
  ),
})).value;

function holes(values: unknown[]): unknown[] {
  for (let index = 0; index < values.length; index += 2) Reflect.deleteProperty(values, index);
  return values;
}

/** Everything that may travel, without cycles. */
export const hostileValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => {
  const value = tie("value");
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 4, arbitrary: primitive },
      { weight: 2, arbitrary: fc.array(value, { maxLength: 4 }) },
      { weight: 2, arbitrary: fc.array(fc.tuple(key, value), { maxLength: 4 }).map(literal) },
      fc.array(fc.tuple(key, value), { maxLength: 3 }).map((entries) => objectOf(entries, null)),
      fc.array(value, { maxLength: 5 }).map(holes),
      fc.array(fc.integer(), { minLength: 8, maxLength: 20 }),
      fc.array(fc.double(), { minLength: 8, maxLength: 20 }),
      fc.array(fc.tuple(value, value), { maxLength: 3 }).map((entries) => new Map(entries)),
      fc.array(value, { maxLength: 3 }).map((items) => new Set(items)),
      fc.date({ noInvalidDate: true }),
      fc.constantFrom(/a(?<b>c)/giu, /[/]\n/y),
      fc.uint8Array({ maxLength: 9 }),
      fc.float64Array({ maxLength: 4 }),
      fc.bigInt64Array({ maxLength: 3 }),
      fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
      fc.uint8Array({ maxLength: 9 }).map((bytes) => bytes.buffer),
      fc.tuple(value, value).map(([x, y]) => new Point(x, y)),
      fc.tuple(value, value, value).map(([x, y, z]) => new Point3(x, y, z)),
      fc.array(value, { maxLength: 3 }).map((items) => Object.assign(Stack.from(items), { label: "l" })),
      fc.array(fc.tuple(value, value), { maxLength: 2 }).map((items) => Object.assign(new Registry(items), { owner: "o" })),
      fc.string().map((message) => new HttpError(404, message)),
      fc.string().map((message) => new RangeError(message, { cause: message })),
      fc.integer().map((cents) => new Money(cents)),
      fc.constantFrom<unknown>(Symbol.for("registered"), Symbol.iterator, Object(1), Object("text"), Object(1n)),
    ),
  };
}).value;
