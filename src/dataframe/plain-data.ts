/**
 * Walking plans as what they are, plain data of thousands of small objects. `for in` needs neither arrays of keys nor of values: a stage's plan
 * is walked in a quarter of the time that Object.values takes, and in a tenth of that of Object.entries.
 */

/** Whether `test` holds for an object right inside of `value`: items of an array, properties of anything else. Bytes hold none. */
export function someObjectIn(value: object, test: (item: object) => boolean): boolean {
  if (Array.isArray(value)) return (value as unknown[]).some((item) => isObject(item) && test(item));
  if (ArrayBuffer.isView(value)) return false;
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (isObject(item) && test(item)) return true;
  }
  return false;
}

/** `value` with `f` applied to each object in it, what an object holds first. Shares what does not change. */
export function mapObjects(value: object, f: (value: object) => object): object {
  if (Array.isArray(value)) return f(mapItems(value as unknown[], f));
  if (ArrayBuffer.isView(value)) return value;
  let copy: Record<string, unknown> | undefined;
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (!isObject(item)) continue;
    const changed = mapObjects(item, f);
    if (changed !== item) (copy ??= shallowCopy(value))[key] = changed;
  }
  return f(copy ?? value);
}

function mapItems(items: readonly unknown[], f: (value: object) => object): object {
  let copy: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (!isObject(item)) continue;
    const changed = mapObjects(item, f);
    if (changed !== item) (copy ??= [...items])[i] = changed;
  }
  return copy ?? items;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function shallowCopy(value: object): Record<string, unknown> {
  return Object.assign(Object.create(Object.getPrototypeOf(value) as object) as object, value) as Record<string, unknown>;
}
