import { readFileSync, writeFileSync } from "node:fs";
import { decode, encode } from "@jridgewell/sourcemap-codec";

/**
 * Leaves in a source map what stack traces show to users: the lines. Columns, and the names that stood there, are three quarters of a map,
 * and were a quarter of the package.
 */
export function keepLines(file) {
  const map = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...map, names: [], mappings: encode(decode(map.mappings).map(firstOfEachLine)) }));
}

/** Of entries of a line of code: [column], where it is of no source, or [column, source, line, column there]. */
function firstOfEachLine(entries) {
  const kept = [];
  let last = [];
  for (const entry of entries) {
    if (kept.length > 0 && entry[1] === last[1] && entry[2] === last[2]) continue;
    last = entry.slice(0, 4);
    kept.push(last);
  }
  return kept;
}
