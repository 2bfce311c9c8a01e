/**
 * Finding the structure that records share, and its written form. Equal shapes that this module gives out are the same
 * object as long as a thread sees a sane number of them, so that generated code can be kept by shape.
 */
import { corrupt } from "../bytes";
import type { Shape } from "../chunk";

export const NUMBER: Shape = { type: "number" };
const STRING: Shape = { type: "string" };
const BOOLEAN: Shape = { type: "boolean" };
export const ANY: Shape = { type: "any" };

const MAX_TUPLE = 8;
const MAX_KEYS = 64;
const MAX_LEAVES = 64;
/** Arrays and objects within one record, the record itself included: their identities are compared pair by pair. */
const MAX_CONTAINERS = 8;
const MAX_DEPTH = 6;
const MAX_INTERNED = 2048;

const interned = new Map<string, Shape>();
const keys = new WeakMap<Shape, string>();
const leafLists = new WeakMap<Shape, readonly Shape[]>();

type Description = string | readonly unknown[];

function describeShape(shape: Shape): Description {
  switch (shape.type) {
    case "number":
      return "n";
    case "string":
      return "s";
    case "boolean":
      return "b";
    case "any":
      return "a";
    case "tuple":
      return ["t", ...shape.items.map(describeShape)];
    case "record":
      return ["r", ...shape.keys.flatMap((key, index) => [key, describeShape(shape.fields[index]!)])];
  }
}

/** A text that is the same exactly for equal shapes; also how shapes are written. ASCII, or escaped. */
export function shapeKey(shape: Shape): string {
  let key = keys.get(shape);
  if (key === undefined) {
    key = JSON.stringify(describeShape(shape)).replace(
      /[^\x00-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    keys.set(shape, key);
  }
  return key;
}

/** The one object for all shapes equal to this one. */
export function internShape(shape: Shape): Shape {
  const key = shapeKey(shape);
  const known = interned.get(key);
  if (known !== undefined) return known;
  if (interned.size >= MAX_INTERNED) interned.clear();
  interned.set(key, shape);
  return shape;
}

/** The leaves from left to right: one column each. */
export function leavesOf(shape: Shape): readonly Shape[] {
  let leaves = leafLists.get(shape);
  if (leaves === undefined) {
    const children = shape.type === "tuple" ? shape.items : shape.type === "record" ? shape.fields : null;
    leaves = children === null ? [shape] : children.flatMap(leavesOf);
    leafLists.set(shape, leaves);
  }
  return leaves;
}

/** The closest shape of one record: "any" for whatever columns could not give back exactly as it was. */
export function inferShape(value: unknown): Shape {
  const shape = infer(value, 0, { containers: 0, leaves: 0 });
  return shape ?? ANY;
}

interface Budget {
  containers: number;
  leaves: number;
}

/** null when the record has more parts than columns are good for. */
function infer(value: unknown, depth: number, budget: Budget): Shape | null {
  const leaf = (shape: Shape): Shape | null => (++budget.leaves > MAX_LEAVES ? null : shape);
  switch (typeof value) {
    case "number":
      return leaf(NUMBER);
    case "string":
      return leaf(STRING);
    case "boolean":
      return leaf(BOOLEAN);
    case "object":
      break;
    default:
      return leaf(ANY);
  }
  if (value === null || depth >= MAX_DEPTH || budget.containers >= MAX_CONTAINERS) return leaf(ANY);
  if (Array.isArray(value)) {
    if (!isTuple(value)) return leaf(ANY);
    budget.containers++;
    const items: Shape[] = [];
    for (let index = 0; index < value.length; index++) {
      const item = infer(value[index], depth + 1, budget);
      if (item === null) return null;
      items.push(item);
    }
    return { type: "tuple", items };
  }
  if (Reflect.getPrototypeOf(value) !== Object.prototype) return leaf(ANY);
  const names = Object.keys(value);
  if (names.length === 0 || names.length > MAX_KEYS) return leaf(ANY);
  budget.containers++;
  const fields: Shape[] = [];
  for (const name of names) {
    const field = infer((value as Record<string, unknown>)[name], depth + 1, budget);
    if (field === null) return null;
    fields.push(field);
  }
  return { type: "record", keys: names, fields };
}

/** Short arrays without holes, of the built-in class, that are no match results. */
function isTuple(value: readonly unknown[]): boolean {
  if (value.length === 0 || value.length > MAX_TUPLE || Reflect.getPrototypeOf(value) !== Array.prototype) return false;
  if ((value as { index?: unknown }).index !== undefined) return false;
  for (let index = 0; index < value.length; index++) if (!Object.hasOwn(value, index)) return false;
  return true;
}

/** The closest shape that both sorts of record have. */
export function mergeShapes(left: Shape, right: Shape): Shape {
  if (left === right) return left;
  if (left.type === "tuple" && right.type === "tuple" && left.items.length === right.items.length) {
    return { type: "tuple", items: left.items.map((item, index) => mergeShapes(item, right.items[index]!)) };
  }
  if (
    left.type === "record" &&
    right.type === "record" &&
    left.keys.length === right.keys.length &&
    left.keys.every((key, index) => key === right.keys[index])
  ) {
    return {
      type: "record",
      keys: left.keys,
      fields: left.fields.map((field, index) => mergeShapes(field, right.fields[index]!)),
    };
  }
  return left.type === right.type && left.type !== "tuple" && left.type !== "record" ? left : ANY;
}

/** The shape that a written description stands for. Throws a DataError for anything that `shapeKey` does not give. */
export function parseShape(text: string): Shape {
  const known = interned.get(text);
  if (known !== undefined) return known;
  let description: unknown;
  try {
    description = JSON.parse(text);
  } catch {
    throw corrupt("the description of a batch's columns");
  }
  const shape = parseDescription(description, 0);
  if (leavesOf(shape).length > MAX_LEAVES || shapeKey(shape) !== text) throw corrupt("the description of a batch's columns");
  return internShape(shape);
}

function parseDescription(description: unknown, depth: number): Shape {
  switch (description) {
    case "n":
      return NUMBER;
    case "s":
      return STRING;
    case "b":
      return BOOLEAN;
    case "a":
      return ANY;
  }
  if (!Array.isArray(description) || depth > MAX_DEPTH || description.length < 2)
    throw corrupt("the description of a batch's columns");
  const [kind, ...parts] = description as unknown[];
  if (kind === "t" && parts.length <= MAX_TUPLE)
    return { type: "tuple", items: parts.map((part) => parseDescription(part, depth + 1)) };
  if (kind !== "r" || parts.length % 2 !== 0 || parts.length > 2 * MAX_KEYS)
    throw corrupt("the description of a batch's columns");
  const names: string[] = [];
  const fields: Shape[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const name = parts[index];
    if (typeof name !== "string" || names.includes(name)) throw corrupt("the description of a batch's columns");
    names.push(name);
    fields.push(parseDescription(parts[index + 1], depth + 1));
  }
  return { type: "record", keys: names, fields };
}
