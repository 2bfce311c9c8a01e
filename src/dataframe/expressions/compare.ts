/** Order and equality of boxed values: NaN equals itself and is largest, -0.0 equals 0.0, strings by their UTF-8 bytes. */
import type { Boxed, DataType } from "../../columnar/types";
import { CalendarInterval, type MapValue, VariantValue } from "../../columnar/types";
import { collationOf } from "./collation";

export type Compare = (a: Boxed, b: Boxed) => number;

/** For values that are not null; nulls inside arrays and structs come first. */
export function compareValues(type: DataType): Compare {
  switch (type.kind) {
    case "null":
      return () => 0;
    case "boolean":
      return (a, b) => Number(a) - Number(b);
    case "float":
    case "double":
      return (a, b) => compareDoubles(a as number, b as number);
    case "string":
      return type.collation === undefined ? (a, b) => compareStrings(a as string, b as string) : collationOf(type).compare;
    case "binary":
      return (a, b) => Buffer.compare(a as Uint8Array, b as Uint8Array);
    case "array": {
      const compare = nullsFirst(compareValues(type.element));
      return (a, b) => compareArrays(a as readonly Boxed[], b as readonly Boxed[], () => compare);
    }
    case "struct": {
      const fields = type.fields.map((field) => nullsFirst(compareValues(field.type)));
      return (a, b) => compareArrays(a as readonly Boxed[], b as readonly Boxed[], (i) => fields[i] as Compare);
    }
    case "udt":
      return compareValues(type.sqlType);
    case "calendarInterval":
      return (a, b) =>
        a instanceof CalendarInterval &&
        b instanceof CalendarInterval &&
        a.months === b.months &&
        a.days === b.days &&
        a.microseconds === b.microseconds
          ? 0
          : 1;
    case "variant":
      return (a, b) =>
        a instanceof VariantValue && b instanceof VariantValue
          ? Buffer.compare(a.value, b.value) || Buffer.compare(a.metadata, b.metadata)
          : 1;
    case "map":
      return compareMaps(compareValues(type.key), nullsFirst(compareValues(type.value)));
    default:
      return (a, b) => ((a as number | bigint) < (b as number | bigint) ? -1 : a === b ? 0 : 1);
  }
}

/** By their entries in the order of the keys: SQL does not order maps, but groups by them, which tells equal ones. */
function compareMaps(keys: Compare, values: Compare): Compare {
  const entries = ({ keys: own, values: of }: MapValue): readonly (readonly [Boxed, Boxed])[] =>
    own.map((key, i) => [key, of[i] as Boxed] as const).sort(([a], [b]) => keys(a, b));
  return (a, b) => {
    const [left, right] = [entries(a as MapValue), entries(b as MapValue)];
    for (const [i, [key, value]] of left.entries()) {
      const other = right[i];
      if (other === undefined) return 1;
      const order = keys(key, other[0]) || values(value, other[1]);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  };
}

function nullsFirst(compare: Compare): Compare {
  return (a, b) => (a === null ? (b === null ? 0 : -1) : b === null ? 1 : compare(a, b));
}

function compareArrays(a: readonly Boxed[], b: readonly Boxed[], at: (i: number) => Compare): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const order = at(i)(a[i] as Boxed, b[i] as Boxed);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export function compareDoubles(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** The order of code points, which is that of UTF-8 bytes: UTF-16 units differ only where a surrogate meets U+E000 and above. */
export function compareStrings(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const high = x >= 0xd800 && y >= 0xd800;
    return high ? rank(x) - rank(y) : x - y;
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x2800 : unit + 0x2000;
}
