/**
 * Rows divided among spill files by the hash of keys. Rows with equal keys meet; each level divides by other bits than
 * the levels above it and than exchanges do.
 */
import { boxedReader, gatherBatch, hashRows } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { ColumnBatch, Vector } from "../../../columnar/vector";
import { hashText } from "../../codegen/bytes";
import { contentKey } from "../../codegen/content-key";
import { keyKind } from "../../codegen/key-code";
import type { OpenTask } from "../operator";
import { SpillFile } from "./spill-file";

const BITS = 4;
export const SPILL_PARTITIONS: number = 1 << BITS;
/** Deeper than this rows are too much alike for dividing them to help. */
export const MAX_SPILL_LEVEL = 5;

/** Multipliers of the levels: odd, and unlike each other. */
const MIXERS = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1, 0x2545f491];

export class SpillPartitions {
  readonly files: readonly SpillFile[];

  constructor(
    task: OpenTask,
    node: number,
    private readonly keyTypes: readonly DataType[],
    private readonly level: number,
  ) {
    this.files = Array.from({ length: SPILL_PARTITIONS }, () => new SpillFile(task, node));
  }

  append(batch: ColumnBatch, keys: readonly Vector[]): void {
    const { length } = batch;
    const targets = spillTargets(keys, this.keyTypes, length, this.level);
    const ends = new Int32Array(SPILL_PARTITIONS + 1);
    for (let row = 0; row < length; row++) ends[targets[row]! + 1]!++;
    for (let p = 0; p < SPILL_PARTITIONS; p++) ends[p + 1]! += ends[p]!;
    const next = ends.slice(0, SPILL_PARTITIONS);
    const order = new Int32Array(length);
    for (let row = 0; row < length; row++) order[next[targets[row]!]!++] = row;
    this.files.forEach((file, p) => {
      const from = ends[p]!;
      const to = ends[p + 1]!;
      if (to > from) file.append(gatherBatch(batch, order.subarray(from, to), to - from));
    });
  }

  remove(): void {
    for (const file of this.files) file.remove();
  }
}

function spillTargets(keys: readonly Vector[], types: readonly DataType[], length: number, level: number): Int32Array {
  const hashes = new Int32Array(length);
  keys.forEach((key, i) => {
    const type = types[i]!;
    if (keyKind(type) === "other") {
      const read = boxedReader(key, type);
      for (let row = 0; row < length; row++) hashes[row] = Math.imul(hashes[row]!, 31) + hashText(contentKey(read(row), type));
    } else {
      const own = hashRows([key], [type], length);
      for (let row = 0; row < length; row++) hashes[row] = Math.imul(hashes[row]!, 31) + own[row]!;
    }
  });
  const mixer = MIXERS[level % MIXERS.length]!;
  for (let row = 0; row < length; row++) {
    const hash = hashes[row]!;
    hashes[row] = Math.imul(hash ^ (hash >>> 15), mixer) >>> (32 - BITS);
  }
  return hashes;
}
