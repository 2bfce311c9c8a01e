/** Arrays as sets: union, intersection, difference, overlap. */
import type { Boxed, DataType } from "../../../columnar/types";
import { document } from "../documented";
import type { FunctionEntry } from "../registry";
import { scalar } from "../signature";
import { valueKey } from "../value-key";
import { prepared } from "./array";
import { arrayOf, elementOf, twoArrays } from "./array-inputs";

const doc = document("array");

type Items = readonly Boxed[];

/** Elements by equality; null is a value of its own. */
type KeyOf = (item: Boxed) => unknown;

function setFunction(
  name: string,
  usage: string,
  result: string,
  nullsOf: (a: boolean, b: boolean) => boolean,
  join: (a: Items, b: Items, key: KeyOf) => Boxed,
): FunctionEntry {
  return prepared(
    scalar({
      names: [name],
      doc: doc(usage, [`${name}(array(1, 2, 3), array(1, 3, 5))`, result]),
      inputs: ["array", "array"],
      result: (types) => {
        const [a, b] = types.map((type) => type.kind === "array" && type.containsNull);
        return arrayOf(elementOf(types[0] as DataType), nullsOf(a === true, b === true));
      },
      evaluate: (call) => {
        const present = valueKey(elementOf(call.type));
        const key: KeyOf = (item) => (item === null ? null : present(item));
        return (a, b) => join(a as Items, b as Items, key);
      },
    }),
    twoArrays,
  );
}

/** The elements, each once, that `take` accepts by their keys. */
function distinct(items: Items, key: KeyOf, take: (key: unknown) => boolean): Boxed[] {
  const seen = new Set<unknown>();
  return items.filter((item) => {
    const one = key(item);
    if (seen.has(one) || !take(one)) return false;
    seen.add(one);
    return true;
  });
}

const overlap = prepared(
  scalar({
    names: ["arrays_overlap"],
    doc: doc("Whether two arrays have an element in common; null where they have none and some element is null.", [
      "arrays_overlap(array(1, 2, 3), array(3, 4, 5))",
      "true",
    ]),
    inputs: ["array", "array"],
    result: { kind: "boolean" },
    nullable: (args) => args.some((arg) => arg.nullable || (arg.type.kind === "array" && arg.type.containsNull)),
    evaluate: (call) => {
      const key = valueKey(elementOf((call.args[0] as { type: DataType }).type));
      return (a, b) => {
        const left = a as Items;
        const right = b as Items;
        const keys = new Set<unknown>();
        let unknown = false;
        for (const item of left) {
          if (item === null) unknown = true;
          else keys.add(key(item));
        }
        for (const item of right) {
          if (item === null) unknown = true;
          else if (keys.has(key(item))) return true;
        }
        return unknown && left.length > 0 && right.length > 0 ? null : false;
      };
    },
  }),
  twoArrays,
);

export const arraySetFunctions: readonly FunctionEntry[] = [
  setFunction(
    "array_union",
    "The elements of both arrays, each once.",
    "[1,2,3,5]",
    (a, b) => a || b,
    (a, b, key) => distinct([...a, ...b], key, () => true),
  ),
  setFunction(
    "array_intersect",
    "The elements that are in both arrays, each once.",
    "[1,3]",
    (a, b) => a && b,
    (a, b, key) => {
      const other = new Set(b.map(key));
      return distinct(a, key, (one) => other.has(one));
    },
  ),
  setFunction(
    "array_except",
    "The elements of the first array that are not in the second, each once.",
    "[2]",
    (a) => a,
    (a, b, key) => {
      const other = new Set(b.map(key));
      return distinct(a, key, (one) => !other.has(one));
    },
  ),
  overlap,
];
