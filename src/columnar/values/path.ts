/** Finds where inside a value something is, for messages: only looked for once writing has failed. */
import { types } from "node:util";

/** How the children of an object are reached from it. Accessors are left alone. */
function* children(value: object): Generator<readonly [path: string, child: unknown]> {
  if (types.isMap(value)) {
    for (const [key, child] of value) {
      yield [`.get(${label(key)})`, child];
      yield [`.keys(${label(key)})`, key];
    }
  } else if (types.isSet(value)) {
    let index = 0;
    for (const child of value) yield [`.values(${index++})`, child];
  }
  if (ArrayBuffer.isView(value)) return;
  const isArray = Array.isArray(value);
  for (const key of types.isNativeError(value) ? Object.getOwnPropertyNames(value) : Object.keys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined || !("value" in property)) continue;
    yield [isArray && /^\d+$/.test(key) ? `[${key}]` : member(key), property.value];
  }
}

const label = (key: unknown): string =>
  typeof key === "string" ? JSON.stringify(key) : typeof key === "number" ? `${key}` : "…";
const member = (key: string): string =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;

/** The shortest path from `root` to `target`, as code ("value.list[3].done"), or `name` alone where none is found. */
export function pathTo(root: unknown, target: unknown, name: string): string {
  if (root === target || typeof root !== "object" || root === null) return name;
  const seen = new Set<object>([root]);
  let level: (readonly [string, object])[] = [[name, root]];
  while (level.length > 0 && seen.size < 1_000_000) {
    const next: (readonly [string, object])[] = [];
    for (const [path, value] of level) {
      for (const [step, child] of children(value)) {
        if (Object.is(child, target)) return path + step;
        if (typeof child !== "object" || child === null || seen.has(child)) continue;
        seen.add(child);
        next.push([path + step, child]);
      }
    }
    level = next;
  }
  return name;
}
