/** Stages of pipelines on disk, in Spark's layout: `stages/<position>_<uid>`, their uids in the metadata. */
import type { Metadata, ModelDirectory } from "../persistence/directory";
import type { Params } from "../param/params";
import { loadInstance, saveInstance } from "../persistence/registry";

/** "03_uid" of 11 stages: names sort as the stages stand. */
const nameOf = (index: number, count: number, uid: string): string =>
  `${String(index).padStart(String(count).length, "0")}_${uid}`;

export async function saveStages(stages: readonly Params[], directory: ModelDirectory): Promise<void> {
  const all = directory.child("stages");
  await all.files.mkdirs(all.path);
  for (const [index, stage] of stages.entries()) await saveInstance(stage, all.child(nameOf(index, stages.length, stage.uid)));
}

/** Throws INVALID_MODEL where the metadata name no stages, or one is damaged. */
export async function loadStages(metadata: Metadata, directory: ModelDirectory): Promise<Params[]> {
  const uids = metadata.paramMap["stageUids"];
  if (!Array.isArray(uids) || !uids.every((uid) => typeof uid === "string"))
    throw directory.damaged("its metadata do not name its stages");
  const all = directory.child("stages");
  const stages: Params[] = [];
  for (const [index, uid] of uids.entries()) stages.push(await loadInstance(all.child(nameOf(index, uids.length, uid))));
  return stages;
}
