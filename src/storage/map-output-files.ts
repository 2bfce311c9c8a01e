/**
 * The map outputs that this executor has committed, for the main thread: commits (the first of a stage attempt wins),
 * removal, and open files for serving them to other executors.
 */
import { rmSync } from "node:fs";
import { checksumOfPart } from "./file-checksum";
import type { FileLayout } from "./file-layout";
import type { MapCommit } from "./host-calls";
import { moveLocal, openLocal, sizeOfLocal } from "./local-data";
import type { MapOutputIndex, MapOutputOrigin } from "./map-output-file";
import { mapOutputName } from "./map-output-file";
import { OpenFiles } from "./open-files";
import type { MapOutputWritten } from "./task-env";

interface Committed extends MapOutputIndex {
  readonly path: string;
}

const MAX_OPEN_FOR_SERVING = 256;

export class MapOutputFiles {
  readonly #shuffles = new Map<number, Map<number, Committed>>();
  readonly #open = new OpenFiles(MAX_OPEN_FOR_SERVING);

  constructor(private readonly layout: FileLayout) {}

  /**
   * Moves a staging file into place. When another task of the same stage attempt has committed before, the staging file
   * is dropped and what that one wrote is returned. A later attempt replaces an earlier: the driver runs a map task again
   * only when it has given the earlier output up.
   */
  commit(commit: MapCommit): MapOutputWritten | null {
    const { shuffleId, map, stagingFile } = commit;
    const before = this.#shuffles.get(shuffleId)?.get(map);
    if (before !== undefined && !isLater(commit, before)) {
      rmSync(stagingFile, { force: true });
      return { offsets: before.offsets, checksums: before.checksums };
    }
    const path = this.layout.inPlaceOf(stagingFile, mapOutputName(shuffleId, map));
    moveLocal(stagingFile, path);
    if (before !== undefined && before.path !== path) rmSync(before.path, { force: true });
    this.adopt({ ...commit, path });
    return null;
  }

  /** A first attempt has moved its file into place: whatever was there before is of an earlier stage. */
  inPlace(output: Committed): void {
    const before = this.#shuffles.get(output.shuffleId)?.get(output.map);
    if (before !== undefined && before.path !== output.path) rmSync(before.path, { force: true });
    this.adopt(output);
  }

  /** Takes a file that is in place already. */
  adopt(output: Committed): void {
    const { shuffleId, map, stageId, stageAttempt, offsets, checksums, path } = output;
    let outputs = this.#shuffles.get(shuffleId);
    if (outputs === undefined) this.#shuffles.set(shuffleId, (outputs = new Map<number, Committed>()));
    outputs.set(map, { shuffleId, map, stageId, stageAttempt, offsets, checksums, path });
    this.#open.close(shuffleId, map);
  }

  /** Whether there is an output already that is not older than `other`. */
  isLaterThan(other: MapOutputOrigin): boolean {
    const output = this.#shuffles.get(other.shuffleId)?.get(other.map);
    return output !== undefined && !isLater(other, output);
  }

  /** Where a segment is, in a file that is open; null when this executor does not have it. */
  segment(
    shuffleId: number,
    map: number,
    reduce: number,
  ): { readonly fd: number; readonly position: number; readonly length: number } | null {
    const output = this.#shuffles.get(shuffleId)?.get(map);
    if (output === undefined || reduce < 0 || reduce >= output.checksums.length) return null;
    try {
      const fd = this.#open.get(shuffleId, map) ?? this.#open.put(shuffleId, map, openLocal(output.path, "r"));
      const position = output.offsets[reduce]!;
      return { fd, position, length: output.offsets[reduce + 1]! - position };
    } catch {
      return null; // the file was taken away from under us
    }
  }

  /** Keeps the open files of a shuffle from being closed while they are being sent. */
  hold(): () => void {
    return this.#open.hold();
  }

  /** Looks whether a segment that a reader complained about is damaged here. If so the output is dropped. */
  dropIfBad(shuffleId: number, map: number, reduce: number): boolean {
    const output = this.#shuffles.get(shuffleId)?.get(map);
    if (output === undefined) return false;
    const segment = this.segment(shuffleId, map, reduce);
    if (segment !== null) {
      if (checksumOfPart(segment.fd, segment.position, segment.length) === output.checksums[reduce]) return false;
    }
    this.#shuffles.get(shuffleId)!.delete(map);
    this.#drop(output);
    return true;
  }

  removeShuffle(shuffleId: number): void {
    for (const output of this.#shuffles.get(shuffleId)?.values() ?? []) this.#drop(output);
    this.#shuffles.delete(shuffleId);
  }

  shuffleIds(): number[] {
    return [...this.#shuffles.keys()];
  }

  /** All outputs that are here. */
  list(): { readonly shuffleId: number; readonly map: number }[] {
    return [...this.#shuffles.values()].flatMap((outputs) =>
      [...outputs.values()].map(({ shuffleId, map }) => ({ shuffleId, map })),
    );
  }

  /** The file of an output, for sending it whole: open, to be closed by the caller. Null when it is not here. */
  open(shuffleId: number, map: number): { readonly fd: number; readonly length: number } | null {
    const output = this.#shuffles.get(shuffleId)?.get(map);
    if (output === undefined) return null;
    try {
      const fd = openLocal(output.path, "r");
      return { fd, length: sizeOfLocal(fd) };
    } catch {
      return null; // the file was taken away from under us
    }
  }

  close(): void {
    this.#open.closeAll();
  }

  #drop(output: Committed): void {
    this.#open.close(output.shuffleId, output.map);
    rmSync(output.path, { force: true });
  }
}

function isLater(a: { stageId: number; stageAttempt: number }, b: { stageId: number; stageAttempt: number }): boolean {
  return a.stageId !== b.stageId ? a.stageId > b.stageId : a.stageAttempt > b.stageAttempt;
}
