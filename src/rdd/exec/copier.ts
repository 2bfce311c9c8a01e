/** Copies of plain values, cheaply: what aggregations start from, once for every key. */

/** A function that makes copies of `value`; null where it holds something that is not plain. */
export function copierOf(value: unknown): (() => unknown) | null {
  if (typeof value !== "object" || value === null) return typeof value === "function" ? null : () => value;
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    const items = list.map(copierOf);
    if (items.includes(null) || items.length !== list.length) return null;
    const copies = items as (() => unknown)[];
    return list.some(isObject) ? () => copies.map((copy) => copy()) : () => list.slice();
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Map.prototype && [...(value as Map<unknown, unknown>)].every(([k, v]) => !isObject(k) && !isObject(v)))
    return () => new Map(value as Map<unknown, unknown>);
  if (prototype === Set.prototype && [...(value as Set<unknown>)].every((item) => !isObject(item)))
    return () => new Set(value as Set<unknown>);
  if (prototype !== Object.prototype || Object.getOwnPropertySymbols(value).length > 0) return null;
  const properties = Object.entries(value);
  if (!properties.some(([, property]) => isObject(property))) return () => ({ ...value });
  const copies = properties.map(([key, property]) => [key, copierOf(property)] as const);
  if (copies.some(([, copy]) => copy === null)) return null;
  return () => Object.fromEntries(copies.map(([key, copy]) => [key, copy!()]));
}

const isObject = (value: unknown): boolean => (typeof value === "object" && value !== null) || typeof value === "function";
