/** Logs that were written here or by a real Spark (test/golden/rest/rolling) are read, whole or cut off. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdFrames } from "../../src/common/zstd";
import { eventLine } from "../../src/events/event-lines";
import { eventToJson } from "../../src/events/event-json";
import { eventLogAt, linesOf } from "../../src/events/event-log-files";
import { EventLogWriter } from "../../src/events/event-log-writer";
import type { ListenerEvent } from "../../src/events/listener-events";
import { SAMPLES, taskEnd } from "./samples";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "event-log-files-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const GOLDEN = join(__dirname, "../golden/rest/rolling");

test("lines that are put together by hand are those of JSON.stringify", () => {
  const lost = taskEnd({ reason: "ExecutorLostFailure", executorId: "1", exitCausedByApp: true, lossReason: 'a "b"' }, false);
  const named = { ...SAMPLES.TaskEnd, taskInfo: { ...SAMPLES.TaskEnd.taskInfo, host: 'h"\\\n', accumulables: [] } };
  const peaks = { ...SAMPLES.TaskEnd, taskExecutorMetrics: { JVMHeapMemory: 7 } };
  for (const event of [...Object.values(SAMPLES), lost, named, peaks] as ListenerEvent[])
    expect(eventLine(event)).toBe(JSON.stringify(eventToJson(event)));
});

test("a rolling log in zstd is read as it was written; secrets are masked", () => {
  const log = new EventLogWriter({ directory, applicationId: "app-1", compress: true, rollAt: 10 * 2 ** 20 });
  const environment = { ...SAMPLES.EnvironmentUpdate, sparkProperties: { "spark.my.password": "hunter2", a: "b" } };
  log.onOther(environment);
  for (let i = 0; i < 3000; i++) log.onOther(SAMPLES.TaskEnd);
  log.flush();
  const growing = eventLogAt(directory, "eventlog_v2_app-1")!;
  expect(growing.completed).toBe(false);
  expect([...growing.parts.flatMap((part) => [...linesOf(part)])]).toHaveLength(3002);
  log.close();
  const files = eventLogAt(directory, "eventlog_v2_app-1")!;
  expect(files.completed).toBe(true);
  const lines = files.parts.flatMap((part) => [...linesOf(part)]);
  expect(lines.at(-1)).toBe(eventLine(SAMPLES.TaskEnd));
  expect(lines[1]).toContain('"spark.my.password":"*********(redacted)","a":"b"');
  expect(lines.join()).not.toContain("hunter2");
});

test("the next file begins when one is full", () => {
  const log = new EventLogWriter({ directory, applicationId: "app-2", rollAt: 10 * 2 ** 20 });
  const long = { ...SAMPLES.JobStart, properties: { text: "x".repeat(2 ** 20) } };
  for (let i = 0; i < 25; i++) log.onOther(long);
  log.close();
  const files = eventLogAt(directory, "eventlog_v2_app-2")!;
  expect(files.parts).toHaveLength(3);
  expect(files.parts.flatMap((part) => [...linesOf(part)])).toHaveLength(26);
  expect(files.parts.map((part) => part.replace(/^.*\//, ""))).toEqual([1, 2, 3].map((n) => `events_${n}_app-2`));
});

test("a rolling log in zstd of a real Spark", () => {
  const files = eventLogAt(GOLDEN, readdirSync(GOLDEN)[0]!)!;
  expect(files.completed).toBe(true);
  const events = files.parts.flatMap((part) => [...linesOf(part)]).map((line) => (JSON.parse(line) as { Event: string }).Event);
  expect(events[0]).toBe("SparkListenerLogStart");
  expect(events).toContain("SparkListenerApplicationEnd");
});

test("of a log of Spark that breaks off, the whole blocks are read", () => {
  const part = eventLogAt(GOLDEN, readdirSync(GOLDEN)[0]!)!.parts[0]!;
  const bytes = readFileSync(part);
  const whole = [...linesOf(part)];
  const cut = join(directory, "cut.zstd");
  writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
  const lines = [...linesOf(cut)];
  expect(lines.length).toBeGreaterThan(whole.length / 3);
  expect(lines.slice(0, -1)).toEqual(whole.slice(0, lines.length - 1));
  expect(() => [...zstdFrames(Buffer.from("no zstd at all"))]).toThrow("no zstd frame");
});

test("what is no log is passed over; a codec that is not known is named", () => {
  writeFileSync(join(directory, ".hidden"), "");
  expect(eventLogAt(directory, ".hidden")).toBeNull();
  const file = join(directory, "app-3.lz4");
  writeFileSync(file, "");
  expect(() => [...linesOf(file)]).toThrow(/compressed with lz4/);
});
