/** How series of memory move: a robust line, and the parts of a process (Linux). */
import { readFileSync } from "node:fs";

const MIB = 1024;
const GLIBC_ARENA = 64n * 2n ** 20n;

/**
 * Theil and Sen's slope: the median of those of all pairs of points, which one point in four may not spoil; with its interval of 95 %
 * (Sen, Estimates of the regression coefficient based on Kendall's tau, 1968).
 * @param points [x, y], three at least
 */
export function trend(points) {
  const n = points.length;
  const slopes = points
    .flatMap(([x, y], i) => points.slice(i + 1).map(([later, value]) => (value - y) / (later - x)))
    .sort((a, b) => a - b);
  const at = (rank) => slopes[Math.max(0, Math.min(slopes.length - 1, Math.round(rank)))];
  const spread = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const middle = (slopes.length - 1) / 2;
  return {
    slope: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    low: at(middle - spread / 2),
    high: at(middle + spread / 2),
  };
}

/** The least value of every `width` of x. */
export function floors(points, width) {
  const least = new Map();
  for (const [x, y] of points) {
    const window = Math.floor(x / width);
    if (!(least.get(window)?.[1] <= y)) least.set(window, [x, y]);
  }
  return [...least.values()];
}

/**
 * Resident MiB of a process by what it is for: { own, code, allocator, rest, files }; null when it is gone. `files` are pages of Node's
 * binary and of libraries: the kernel's, which takes them away and reads them again as others need memory. `own` is all else.
 */
export function partsOf(pid) {
  let lines;
  try {
    lines = readFileSync(`/proc/${pid}/smaps`, "utf8").split("\n");
  } catch {
    return null;
  }
  const parts = { own: 0, code: 0, allocator: 0, rest: 0, files: 0 };
  let part = "rest";
  for (const line of lines) {
    const mapping = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+\s*(.*)$/.exec(line);
    const resident = /^Rss:\s+(\d+)/.exec(line);
    if (mapping !== null) {
      const [, from, to, rights, name] = mapping;
      const [start, end] = [BigInt(`0x${from}`), BigInt(`0x${to}`)];
      if (name === "[heap]" || (name === "" && start % GLIBC_ARENA === 0n && end - start <= GLIBC_ARENA)) part = "allocator";
      else if (name.startsWith("/") && rights.endsWith("p") && !rights.includes("w")) part = "files";
      else part = name === "" && rights.includes("x") ? "code" : "rest";
    } else if (resident !== null) {
      parts[part] += Number(resident[1]) / MIB;
      if (part !== "files") parts.own += Number(resident[1]) / MIB;
    }
  }
  return parts;
}
