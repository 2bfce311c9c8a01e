/** Executors with the real storage: map outputs, blocks and their places go over the driver, bytes between the executors. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BlockUpdate, MapOutputsAnswer } from "../../src/driver/endpoint/types";
import { BarrierCoordinator } from "../../src/driver/endpoint/barrier-coordinator";
import type { Ended } from "./harness";
import { buildExecutor, Harness } from "./harness";

let bundles: string;
let harness: Harness;
const outputs: { executorId: string; status: Uint8Array }[] = [];
const blocks = new Map<string, string>();
const updates: BlockUpdate[] = [];
const meetings = new BarrierCoordinator(10_000);

beforeAll(async () => {
  bundles = await buildExecutor();
  harness = new Harness(bundles, {
    executors: 2,
    bundle: "storage-executor",
    handlers: {
      mapOutputs: (): MapOutputsAnswer => ({
        epoch: 1,
        executors: outputs.map(({ executorId }) => executorId),
        executorOf: Int32Array.from(outputs, (_one, i) => i),
        statuses: outputs.map(({ status }) => status),
      }),
      blockUpdates: (executorId, all) => {
        for (const update of all) {
          updates.push(update);
          blocks.set(update.id, executorId);
        }
      },
      blockLocations: (id) => (blocks.has(id) ? [blocks.get(id)!] : []),
      commitTask: ({ attempt }) => attempt === 1,
      barrier: (question) => meetings.meet(question),
    },
  });
  await harness.start();
});
afterAll(async () => {
  await harness.stop();
  rmSync(bundles, { recursive: true, force: true });
});

const json = (ended: Ended): unknown => {
  if (ended.state !== "finished" || ended.output.kind !== "result") throw new Error(JSON.stringify(ended));
  return JSON.parse(Buffer.from(ended.output.bytes).toString());
};

test("map outputs written on one executor are read on both", async () => {
  const write = `
    const fs = require("fs"); const map = env.info.partition;
    const staging = env.shuffle.stagingFile(0, map);
    const parts = [Buffer.from("for 0 of " + map), Buffer.alloc(0), Buffer.alloc(100000, 65 + map)];
    const fd = fs.openSync(staging, "w");
    fs.writeSync(fd, Buffer.concat(parts));
    const offsets = Float64Array.of(0, parts[0].length, parts[0].length, parts[0].length + 100000);
    const output = { offsets, checksums: Uint32Array.from(parts, (part) => part.length === 0 ? 0 : crc(part)) };
    env.shuffle.commit(0, map, output, fd);
    fs.closeSync(fd);
    return output;
    function crc(bytes) { let c = -1; for (const b of bytes) { c ^= b; for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1; } return ~c >>> 0; }`;
  const [a, b] = [...harness.live.keys()] as [string, string];
  for (const [map, executorId] of [a, b, a].entries()) {
    const ended = await harness.run(harness.set(write), { partition: map }, executorId).ended;
    if (ended.state !== "finished" || ended.output.kind !== "map") throw new Error(JSON.stringify(ended));
    outputs.push({ executorId, status: ended.output.status });
  }
  const read = `
    const found = env.shuffle.mapOutputs(0);
    const wanted = []; for (let map = 0; map < found.numMaps; map++) for (const reduce of [0, 2]) wanted.push({ map, reduce });
    const texts = []; for (const { map, reduce, bytes } of env.shuffle.fetch(0, wanted)) texts.push(map + "/" + reduce + " " + Buffer.from(bytes).toString("latin1", 0, 10) + " " + bytes.length);
    return [found.size(1, 1), texts.sort()];`;
  const expected = [
    0,
    [
      "0/0 for 0 of 0 10",
      "0/2 AAAAAAAAAA 100000",
      "1/0 for 0 of 1 10",
      "1/2 BBBBBBBBBB 100000",
      "2/0 for 0 of 2 10",
      "2/2 CCCCCCCCCC 100000",
    ],
  ];
  for (const executorId of [a, b]) expect(json(await harness.run(read, {}, executorId).ended)).toEqual(expected);
});

test("a missing map output is a fetch failure", async () => {
  outputs.push({ executorId: "nobody", status: outputs[0]!.status });
  harness.endpoint.invalidateMapOutputs(0, 2);
  const ended = await harness.run("return env.shuffle.mapOutputs(0).numMaps").ended;
  expect(ended).toMatchObject({ state: "failed", failure: { kind: "fetchFailed", fetch: { shuffleId: 0, map: 3 } } });
});

test("a task that is ended gives back what it held", async () => {
  const held = "if (!env.memory.reserve(50e6)) throw new Error('refused');";
  for (let round = 0; round < 8; round++) {
    const { taskId, ended } = harness.run(`${held} for (;;);`);
    await harness.until(() => harness.started.includes(taskId));
    harness.endpoint.killTask(harness.executorId(), taskId, "round", true);
    expect((await ended).state).toBe("killed");
  }
  expect(await harness.value(`${held} return "granted"`)).toBe("granted");
});

test("who may commit", async () => {
  const source = "env.requestCommit(); return 'committed'";
  expect(await harness.run(source, { attempt: 0 }).ended).toMatchObject({ failure: { kind: "commitDenied" } });
  expect(json(await harness.run(source, { attempt: 1 }).ended)).toBe("committed");
});

test("tasks of a barrier stage meet, over two executors", async () => {
  const set = harness.set(
    `return (async () => {
      await env.barrier.barrier();
      const all = await env.barrier.allGather("m" + env.info.partition);
      return [env.barrier.addresses, all];
    })()`,
    { barrier: { addresses: ["x", "y", "z"] }, numPartitions: 3 },
  );
  meetings.open(set.id, 3);
  const [a, b] = [...harness.live.keys()] as [string, string];
  const running = [...harness.runAll(set, [{ partition: 0 }, { partition: 1 }], a), harness.run(set, { partition: 2 }, b)];
  for (const { ended } of running)
    expect(json(await ended)).toEqual([
      ["x", "y", "z"],
      ["m0", "m1", "m2"],
    ]);
  const late = harness.set("return env.barrier.barrier()", { barrier: { addresses: [] } });
  meetings.open(late.id, 2);
  const waiting = harness.run(late, { partition: 0 });
  await harness.until(() => harness.started.includes(waiting.taskId));
  meetings.close(late.id, "task 1 failed");
  expect(await waiting.ended).toMatchObject({
    state: "failed",
    failure: { description: expect.stringContaining("task 1 failed") },
  });
});

test("temporary files and the executor's directories are gone in the end", async () => {
  const path = (await harness.value(
    "const path = env.tempFile('spill'); require('fs').writeFileSync(path, 'x'); return path",
  )) as string;
  expect(existsSync(path)).toBe(false);
  const application = /^(.*firesteel-app-test[^/]*)\//.exec(path)![1]!;
  expect(readdirSync(application).length).toBeGreaterThan(0);
  await harness.endpoint.stop();
  await harness.launcher.stop();
  expect(existsSync(application) ? readdirSync(application).filter((name) => !name.startsWith("owner")) : []).toEqual([]);
  rmSync(join(application), { recursive: true, force: true });
});
