/** Task sets in shared memory: read as they were written, or not at all. */
import { SetBoardReader, SetBoardWriter } from "../../src/executor/shared/set-board";
import type { TaskSetData } from "../../src/executor/shared/messages";

function taskSet(id: number, length: number): TaskSetData {
  const binary = new SharedArrayBuffer(length);
  new Uint8Array(binary).fill(id & 255);
  return {
    id,
    binaryId: `b${id}`,
    binary,
    jobId: 1,
    stageId: 2,
    stageAttempt: 0,
    numPartitions: 3,
    cpus: 1,
    localProperties: { "spark.job.description": "Zählung \u{1f600}" },
    barrier: null,
  };
}

test("what was written lately is read; what is long, old, forgotten or unknown is not there", () => {
  const writer = new SetBoardWriter();
  const reader = new SetBoardReader(writer.buffer);
  const set = taskSet(7, 1000);
  writer.write(set);
  const place = writer.placeOf(7);
  const { binary, ...rest } = reader.read(place)!;
  expect({ ...rest, binary: set.binary }).toEqual(set);
  expect([...new Uint8Array(binary)]).toEqual(new Array(1000).fill(7));

  writer.write(taskSet(8, 2 ** 20));
  expect(reader.read(writer.placeOf(8))).toBeNull();
  expect(reader.read(writer.placeOf(99))).toBeNull();

  for (let id = 100; id < 500; id++) {
    writer.write(taskSet(id, 900 + id));
    const read = reader.read(writer.placeOf(id))!;
    expect([read.id, read.binary.byteLength, new Uint8Array(read.binary)[899 + id]]).toEqual([id, 900 + id, id & 255]);
  }
  expect(reader.read(place)).toBeNull();
  writer.forget(499);
  expect(reader.read(writer.placeOf(499))).toBeNull();
});
