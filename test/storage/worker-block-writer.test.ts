import type { BlockContext } from "../../src/storage/worker-blocks";
import { StorageLevel } from "../../src/storage/storage-level";
import type { BlockCommit } from "../../src/storage/host-calls";
import { WorkerBlockWriter } from "../../src/storage/worker-block-writer";

test("the memory of what was written may be written again, a Buffer's too", () => {
  let committed: BlockCommit | undefined;
  const calls = {
    call: (name: string, commit: BlockCommit): null => {
      expect(name).toBe("storage.commitBlock");
      committed = commit;
      return null;
    },
  };
  const source = { next: () => null, close: () => undefined };
  const sources = { fromBlock: () => source, fromFrames: () => source, ended: () => undefined };
  const context = { calls } as unknown as BlockContext;
  const writer = new WorkerBlockWriter(
    context,
    { id: "taskresult_1", level: StorageLevel.MEMORY_AND_DISK, mostMemory: null, name: "block" },
    sources,
  );
  const memory = Buffer.alloc(8);
  for (const value of [1, 2, 3]) writer.write(memory.fill(value).subarray(0, 4));
  memory.fill(9);
  writer.commit(3).close();
  expect(committed?.frames).toMatchObject({ kind: "inline" });
  const { frames } = committed!.frames as { frames: readonly Uint8Array[] };
  expect(Buffer.concat(frames).toString("hex")).toBe("010101010202020203030303");
});
