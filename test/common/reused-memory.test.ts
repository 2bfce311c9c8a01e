import { driverMemory, ReusedMemory } from "../../src/common/reused-memory";
import { KeptRecords } from "../../src/mllib/compute/kept-records";

const KIB = 1024;

test("memory goes from records that are dropped to those that come", () => {
  const memory = new ReusedMemory();
  const numbers = Float64Array.from({ length: 100 * KIB }, (_, i) => i);
  const record = { label: memory.copy(numbers), tiles: new Float32Array(memory.take(300 * KIB), 0, 70_000), rows: 3, none: null };
  expect(record.label).toEqual(numbers);
  const buffers = [record.tiles.buffer, record.label.buffer];
  memory.giveBack(record, Infinity);
  expect(memory.freeBytes).toBe((320 + 832) * KIB);
  // What is too large for little is left for more.
  expect(buffers).not.toContain(memory.take(64 * KIB));
  expect(memory.take(250 * KIB)).toBe(buffers[0]);
  expect(memory.take(800 * KIB)).toBe(buffers[1]);
  expect(memory.freeBytes).toBe(0);
});

test("memory of somebody else, or given back twice, or too much, is left to the collector", () => {
  const memory = new ReusedMemory();
  memory.giveBack({ label: new Float64Array(100_000) }, Infinity);
  expect(memory.freeBytes).toBe(0);
  const label = memory.copy(new Float64Array(8 * KIB));
  memory.giveBack({ label, again: label }, Infinity);
  memory.giveBack({ label }, Infinity);
  expect(memory.freeBytes).toBe(64 * KIB);
  memory.giveBack({ label: memory.copy(new Float64Array(100 * KIB)) }, 100 * KIB);
  expect(memory.freeBytes).toBe(64 * KIB);
});

test("a partition that is dropped gives its memory back, within the bytes that are to be kept", () => {
  const kept = new KeptRecords(1000 * KIB);
  const read = (key: string, bytes: number): void => {
    for (const record of kept.of(key, [{ label: kept.memory.copy(new Float64Array(bytes / 8)) }]))
      expect(record.label.byteLength).toBe(bytes);
  };
  read("a", 512 * KIB);
  read("b", 320 * KIB);
  kept.drop("a");
  kept.drop("none");
  expect([kept.has("a"), kept.has("b"), kept.bytes, kept.memory.freeBytes]).toEqual([false, true, 320 * KIB, 512 * KIB]);
  read("c", 512 * KIB);
  expect([kept.bytes, kept.memory.freeBytes]).toEqual([832 * KIB, 0]);
});

test("a driver's memory serves again when it was given back, and is dropped when nothing goes on", () => {
  jest.useFakeTimers();
  try {
    const first = driverMemory.bytes(300 * KIB);
    expect(first).toHaveLength(300 * KIB);
    driverMemory.giveBack([{ rows: first.subarray(8, 16) }]);
    const second = driverMemory.bytes(310 * KIB);
    expect(second.buffer).toBe(first.buffer);
    driverMemory.giveBack([second]);
    jest.advanceTimersByTime(60_000);
    expect(driverMemory.bytes(300 * KIB).buffer).not.toBe(first.buffer);
  } finally {
    jest.useRealTimers();
  }
});
