/** Records of programs as tasks of other programs read and keep them. */
import { decodeBatches, rowsOf } from "../../../src/columnar";
import { decodePlain, encodePlain } from "../../../src/mllib/compute/plain";
import { rowsProgram } from "../../../src/mllib/compute/programs";
import { programRuntime, type ShippedProgram } from "../../../src/mllib/compute/runtime";
import { EncodeSink } from "../../../src/rdd/exec/encode-sink";
import type { DirectSource, PlanTask } from "../../../src/rdd/plan-port";
import { MemoryWorld } from "../../support/memory-task-env";

const lengths = [3, 200_000, 5, 300_000, 200_000, 7];

const records = rowsProgram<null, never, { readonly values: Float64Array }>({
  name: "test.runtime.records",
  *run() {
    for (const length of lengths) yield { values: new Float64Array(length).fill(length) };
  },
});

test("records whose memory is used again, since they are long, are kept as they were", () => {
  const world = new MemoryWorld();
  const env = world.task();
  const task = { env, partition: 0, payload: new Uint8Array(0) } as unknown as PlanTask;
  const plan = { name: records.name, input: "none", spec: null, sends: false, beside: false } satisfies ShippedProgram;
  const source = programRuntime.open(encodePlain(plan)).direct!(task) as DirectSource;
  const sink = new EncodeSink(world.values);
  const memory = new Set<ArrayBufferLike>();
  for (let value = source.next(); value !== null; value = source.next()) {
    const bytes = source.record(value);
    memory.add(bytes.buffer);
    sink.add(bytes);
  }
  expect(memory.size).toBeLessThan(lengths.length);
  const kept: Float64Array[] = [];
  const chunks = decodeBatches(sink.finish(), world.values);
  for (let chunk = chunks.next(); chunk !== null; chunk = chunks.next())
    for (const bytes of rowsOf(chunk) as Iterable<Uint8Array>) kept.push(decodePlain<{ values: Float64Array }>(bytes).values);
  expect(kept.map((values) => values.length)).toEqual(lengths);
  expect(kept.every((values) => values.every((value) => value === values.length))).toBe(true);
  world.dispose();
});
