/** How many records the batches of results and cached partitions have. */
import { EncodeSink } from "../../../src/rdd/exec/encode-sink";
import { context } from "../../columnar/support/classes";

/** Records and bytes of the batches that so many records of one length make, as the generated loop makes them. */
function batches(records: number, record: string): { rows: number; bytes: number }[] {
  const made: { rows: number; bytes: number }[] = [];
  const sink = new EncodeSink(context, null, (out, rows) => {
    made.push({ rows, bytes: out.length });
    out.clear();
  });
  for (let i = 0; i < records; i++) {
    sink.rows.push(record);
    if (sink.rows.length >= sink.full) sink.flush();
  }
  sink.finish();
  return made;
}

test("long records make short batches from the first one on", () => {
  const made = batches(40, "x".repeat(500_000));
  expect(made.reduce((sum, { rows }) => sum + rows, 0)).toBe(40);
  expect(Math.max(...made.map(({ bytes }) => bytes))).toBeLessThan(8 * 500_000 + 1000);
  expect(made.slice(1).every(({ rows }) => rows <= 2)).toBe(true);
});

test("short records soon make long ones", () => {
  const made = batches(20_000, "x");
  expect(made.map(({ rows }) => rows).slice(0, 5)).toEqual([8, 32, 128, 512, 2048]);
  expect(made.length).toBeLessThan(12);
});
