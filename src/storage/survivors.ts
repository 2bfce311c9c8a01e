/** Takes over what executors of the application that died on this machine have left in their directories. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { readFooter } from "./block-file";
import type { BlockStore } from "./block-store";
import type { FileLayout } from "./file-layout";
import type { LocalDirectories } from "./local-directories";
import { moveLocal } from "./local-data";
import { mapOutputName, readIndex } from "./map-output-file";
import type { MapOutputFiles } from "./map-output-files";
import type { BlockUpdate, Survivors } from "./ports";

/**
 * Moves whole map outputs and block files of dead executors among this executor's own and says what they are; anything
 * else they left is removed. Of several copies the one of the latest stage attempt is kept. Their segments and frames are
 * checked when they are read.
 */
export function adoptSurvivors(
  directories: LocalDirectories,
  layout: FileLayout,
  files: MapOutputFiles,
  store: BlockStore,
): Survivors {
  const mapOutputs = new Map<string, Survivors["mapOutputs"][number]>();
  const blocks: BlockUpdate[] = [];
  let moved = 0;
  for (const orphan of directories.claimOrphans()) {
    for (const path of filesUnder(orphan.directory)) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      const block = /^(rdd_\d+_\d+)\.\d+\.block$/.exec(name);
      if (/^shuffle_\d+_\d+\.data$/.test(name)) {
        const index = unlessBroken(() => readIndex(path));
        if (index === null || files.isLaterThan(index)) continue;
        const target = layout.place(orphan.into, mapOutputName(index.shuffleId, index.map));
        moveLocal(path, target);
        files.adopt({ ...index, path: target });
        const { shuffleId, map, offsets, checksums } = index;
        mapOutputs.set(`${shuffleId}_${map}`, { shuffleId, map, offsets, checksums });
      } else if (block !== null) {
        const index = unlessBroken(() => readFooter(path));
        if (index === null || store.has(block[1]!)) continue;
        const target = layout.place(orphan.into, `${block[1]!}.a${moved++}.block`);
        moveLocal(path, target);
        const update = store.adopt(block[1]!, target, statSync(target).size, index);
        if (update !== null) blocks.push(update);
      }
    }
    rmSync(orphan.directory, { recursive: true, force: true });
  }
  return { mapOutputs: [...mapOutputs.values()], blocks };
}

function unlessBroken<T>(read: () => T | null): T | null {
  try {
    return read();
  } catch {
    return null; // it cannot even be read: as good as not there
  }
}

/** Files in the hashed folders of an executor's directory; those of its running tasks died with it. */
function filesUnder(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name))
    .flatMap((entry) => readdirSync(join(directory, entry.name)).map((name) => join(directory, entry.name, name)));
}
