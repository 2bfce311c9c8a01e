/** Text for the word count: 100,000 different words of 2 to 11 letters, frequencies by Zipf's law, ten words a line. */
import { closeSync, openSync, writeSync } from "node:fs";

export function writeWords(path, megabytes) {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  };
  const vocabulary = Array.from({ length: 100_000 }, () =>
    Array.from({ length: 2 + Math.floor(random() * 10) }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join(""),
  );
  const cumulative = new Float64Array(vocabulary.length);
  let sum = 0;
  for (let i = 0; i < cumulative.length; i++) cumulative[i] = sum += 1 / (i + 1);
  const pick = () => {
    const target = random() * sum;
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle] < target) low = middle + 1;
      else high = middle;
    }
    return vocabulary[low];
  };
  const file = openSync(path, "w");
  for (let written = 0; written < megabytes * 1e6;) {
    let block = "";
    for (let line = 0; line < 10_000; line++) {
      block += pick();
      for (let i = 1; i < 10; i++) block += ` ${pick()}`;
      block += "\n";
    }
    written += writeSync(file, block);
  }
  closeSync(file);
}
