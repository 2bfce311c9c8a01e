/** Data of the jobs, made alike by tasks and here. */

/** A number from 0 to 2^32 - 1 that looks random. */
export function mix(i, salt) {
  let x = Math.imul(i ^ salt, 0x9e3779b1);
  x ^= x >>> 15;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  return x >>> 0;
}

/** `n` numbers from 0 in partitions each of which takes at least `ms`. */
export function numbers(sc, n, partitions, ms) {
  return sc.range(0, n, 1, partitions).mapPartitions((rows) => {
    if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return rows;
  });
}

export function pairs(sc, { n, partitions, keys, salt, nap }) {
  return numbers(sc, n, partitions, nap).map((i) => [mix(i, salt) % keys, i]);
}

export function pairsHere({ n, keys, salt }) {
  return Array.from({ length: n }, (_, i) => [mix(i, salt) % keys, i]);
}

export function grouped(rows) {
  const groups = new Map();
  for (const [key, value] of rows) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

export const sum = (values) => values.reduce((a, b) => a + b, 0);
export const byNumber = (a, b) => a - b;
export const byKey = (a, b) => a[0] - b[0];
