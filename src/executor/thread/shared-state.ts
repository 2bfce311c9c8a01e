/**
 * Notices when a task changed what all tasks of its thread share: a method of a built-in class, a global function. Such a
 * thread does not run another task. A sample of what code relies on, looked at after each task (under a microsecond).
 */
interface Watched {
  readonly holder: object;
  readonly key: string;
  readonly value: unknown;
}

const PROTOTYPE_KEYS: readonly [object, readonly string[]][] = [
  [Array.prototype, ["push", "map", "filter", "slice", "sort", "indexOf", "forEach", "join", "reduce", "concat"]],
  [Map.prototype, ["get", "set", "has", "delete", "forEach"]],
  [Set.prototype, ["add", "has", "delete"]],
  [String.prototype, ["split", "slice", "replace", "indexOf", "substring", "charCodeAt"]],
  [Object.prototype, ["toString", "hasOwnProperty", "valueOf"]],
  [Promise.prototype, ["then"]],
  [Function.prototype, ["call", "apply", "bind"]],
  [Object, ["keys", "entries", "assign", "create", "defineProperty", "getPrototypeOf"]],
  [Math, ["floor", "min", "max", "random", "imul"]],
  [JSON, ["parse", "stringify"]],
  [Date, ["now"]],
  [Reflect, ["apply", "construct", "ownKeys"]],
  [
    globalThis,
    [
      "Array",
      "Map",
      "Set",
      "Promise",
      "Object",
      "String",
      "Number",
      "Math",
      "JSON",
      "Date",
      "Error",
      "Buffer",
      "setTimeout",
      "setImmediate",
      "structuredClone",
    ],
  ],
  [process, ["exit", "nextTick", "hrtime", "cwd"]],
];

const OBJECT_KEYS_AT_START = Object.getOwnPropertyNames(Object.prototype).length;

/** Remembers the state as it is now; the function tells whether it still is. */
export function watchSharedState(): () => boolean {
  const watched: Watched[] = [];
  for (const [holder, keys] of PROTOTYPE_KEYS)
    for (const key of keys) watched.push({ holder, key, value: (holder as Record<string, unknown>)[key] });
  const { getOwnPropertyNames } = Object;
  const objectPrototype = Object.prototype;
  return () => {
    for (let i = 0; i < watched.length; i++) {
      const one = watched[i]!;
      if ((one.holder as Record<string, unknown>)[one.key] !== one.value) return false;
    }
    return getOwnPropertyNames(objectPrototype).length === OBJECT_KEYS_AT_START;
  };
}
