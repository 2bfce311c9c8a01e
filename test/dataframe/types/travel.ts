/** Values as they cross threads, with classes known by their names. */
import { decodeValue, encodeValue } from "../../../src/columnar/values/codec";
import type { ValueContext } from "../../../src/columnar/value-context";

const classes = new Map<string, Function>();

const context: ValueContext = {
  classId(constructor) {
    classes.set(constructor.name, constructor);
    return constructor.name;
  },
  classOf(id) {
    const found = classes.get(id);
    if (found === undefined) throw new Error(`No class ${id}.`);
    return found;
  },
};

export function travelled<T>(value: T): T {
  return decodeValue(encodeValue(value, context), context) as T;
}
