/** Plans as bytes and back. Plain data, but for boxed values of classes (maps, intervals, variants), which are marked. */
import { deserialize, serialize } from "node:v8";
import { type Boxed, CalendarInterval, MapValue, VariantValue } from "../../columnar/types";
import { mapObjects } from "../plain-data";

type Marked =
  | { readonly $boxed: "map"; readonly keys: readonly Boxed[]; readonly values: readonly Boxed[] }
  | { readonly $boxed: "interval"; readonly months: number; readonly days: number; readonly microseconds: number | bigint }
  | { readonly $boxed: "variant"; readonly value: Uint8Array; readonly metadata: Uint8Array };

export function planToBytes(plan: object): Uint8Array {
  const marked = mapObjects(plan, (value) => {
    if (value instanceof MapValue) return { $boxed: "map", keys: value.keys, values: value.values } satisfies Marked;
    if (value instanceof CalendarInterval) return { $boxed: "interval", ...value } satisfies Marked;
    if (value instanceof VariantValue) return { $boxed: "variant", ...value } satisfies Marked;
    return value;
  });
  return serialize([marked !== plan, marked]);
}

export function planFromBytes<P extends object>(bytes: Uint8Array): P {
  const [hasMarks, plan] = deserialize(bytes) as [boolean, P];
  return hasMarks ? (mapObjects(plan, unmarked) as P) : plan;
}

function unmarked(value: object): object {
  const marked = value as Marked;
  switch (marked.$boxed) {
    case "map":
      return new MapValue(marked.keys, marked.values);
    case "interval":
      return new CalendarInterval(marked.months, marked.days, marked.microseconds);
    case "variant":
      return new VariantValue(marked.value, marked.metadata);
    default:
      return value;
  }
}
