/** The structures that threads of an executor share, and the messages that task threads write by hand. */
import { ThreadCells } from "../../src/executor/shared/thread-cells";
import fc from "fast-check";
import { decodeTaskUpdate } from "../../src/driver/endpoint/decode";
import { MAX_REPORT, ReportReader, ReportWriter } from "../../src/executor/shared/report-ring";
import { INLINE_PAYLOAD, QUEUE_CAPACITY, TaskQueueReader, TaskQueueWriter } from "../../src/executor/shared/task-queue";
import { reviveThrown, thrownData } from "../../src/executor/shared/thrown";
import { STATE_FAILED, STATE_FINISHED, STATE_KILLED, UpdateWriter } from "../../src/executor/thread/update-writer";
import type { newTaskMetrics } from "../../src/storage/task-env";
import { CommitDenied, FetchFailed, TaskKilled } from "../../src/storage/task-env";
import { DataError } from "../../src/common/errors";
import { decodeMapStatus } from "../../src/wire/map-status";
import { METRIC_NAMES } from "../../src/wire/task-metrics";
import { wire } from "../../src/wire/wire";

const task = (taskId: number, payload: Uint8Array | null = null) => ({
  taskId,
  taskSet: taskId + 1,
  partition: taskId + 2,
  attempt: 3,
  payload,
});

describe("task queue", () => {
  test("hands out in order, once, with payloads; keeps to its capacity", () => {
    const writer = new TaskQueueWriter();
    const readers = [new TaskQueueReader(writer.buffer, 0), new TaskQueueReader(writer.buffer, 1)];
    const begun: number[] = [];
    let next = 0;
    let taken = 0;
    for (let round = 0; round < 5; round++) {
      while (writer.push(task(next, next % 3 === 0 ? Buffer.alloc(next % (INLINE_PAYLOAD + 20), next) : null))) next++;
      expect(next - taken).toBe(QUEUE_CAPACITY);
      for (let i = 0; i < 700; i++) {
        const one = readers[i & 1]!.take((id) => begun.push(id))!;
        expect(one).toMatchObject({ taskId: taken, taskSet: taken + 1, partition: taken + 2, attempt: 3 });
        const length = taken % (INLINE_PAYLOAD + 20);
        if (taken % 3 !== 0) expect([one.payload, one.payloadElsewhere]).toEqual([null, false]);
        else if (length > INLINE_PAYLOAD) expect([one.payload, one.payloadElsewhere]).toEqual([null, true]);
        else expect(Buffer.from(one.payload!)).toEqual(Buffer.alloc(length, taken));
        taken++;
      }
    }
    expect(begun).toEqual(Array.from({ length: taken }, (_, i) => i));
  });

  test("what was not taken can be recalled, what was cannot", () => {
    const writer = new TaskQueueWriter();
    const reader = new TaskQueueReader(writer.buffer, 4);
    for (let i = 0; i < 5; i++) writer.push(task(i));
    expect(reader.take(() => undefined)!.taskId).toBe(0);
    expect([writer.recall(0), writer.recall(1), writer.recall(1), writer.recall(3), writer.recall(99)]).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(reader.take(() => undefined)!.taskId).toBe(2);
    expect(reader.take(() => undefined)!.taskId).toBe(4);
    expect(reader.take(() => undefined)).toBeNull();
  });

  test("a thread that dies between claim and begin loses nothing", () => {
    const writer = new TaskQueueWriter();
    const dying = new TaskQueueReader(writer.buffer, 7);
    writer.push(task(11));
    writer.push(task(12));
    expect(() =>
      dying.take(() => {
        throw new Error("terminated");
      }),
    ).toThrow("terminated");
    expect(writer.releaseClaims(8)).toEqual([]);
    expect(writer.releaseClaims(7)).toEqual([11]);
    expect(writer.push(task(11))).toBe(true);
    const other = new TaskQueueReader(writer.buffer, 8);
    expect([other.take(() => undefined)!.taskId, other.take(() => undefined)!.taskId, other.take(() => undefined)]).toEqual([
      12,
      11,
      null,
    ]);
  });
});

test("reports come out of the ring as they went in, whatever their sizes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(4_000_000_000), fc.nat(1), fc.integer({ min: 0, max: MAX_REPORT }), fc.boolean()), {
        maxLength: 200,
      }),
      (records) => {
        const reader = new ReportReader();
        const writer = new ReportWriter(reader.buffer);
        const sent: string[] = [];
        const received: string[] = [];
        const drain = (): number =>
          reader.drain((id, tag, report) =>
            received.push(`${id} ${tag} ${report.length} ${report[0] ?? ""} ${report.at(-1) ?? ""}`),
          );
        for (const [id, tag, length, look] of records) {
          const bytes = Buffer.alloc(length, length);
          while (!writer.write(id, tag, bytes)) if (drain() === 0) throw new Error("full and empty");
          sent.push(`${id} ${tag} ${length} ${bytes[0] ?? ""} ${bytes.at(-1) ?? ""}`);
          if (look) drain();
        }
        drain();
        expect(received).toEqual(sent);
      },
    ),
    { numRuns: 50 },
  );
});

test("the reader is woken once for each time it armed, and not at all if something is there", () => {
  const reader = new ReportReader();
  const writer = new ReportWriter(reader.buffer);
  expect(writer.takeWake()).toBe(false);
  expect(reader.arm()).toBe(true);
  writer.write(1, 0, Buffer.from("a"));
  expect([writer.takeWake(), writer.takeWake()]).toEqual([true, false]);
  expect(reader.arm()).toBe(false);
  reader.drain(() => undefined);
  expect(reader.arm()).toBe(true);
});

describe("task updates", () => {
  const writer = new UpdateWriter();
  const decode = (bytes: Uint8Array) => decodeTaskUpdate(wire().messages.TaskUpdate.decode(bytes));

  test("the generated decoder reads what threads write", () => {
    const errors = fc.letrec((tie) => ({
      error: fc.record({
        name: fc.string(),
        message: fc.string({ unit: "binary" }),
        stack: fc.string(),
        cause: fc.option(tie("error"), { depthSize: "small" }),
        value: fc.option(fc.uint8Array({ minLength: 1 })),
      }),
    })).error;
    const failure = fc.record({
      kind: fc.constantFrom("exception", "fetchFailed", "outOfMemory", "threadEnded", "commitDenied"),
      description: fc.string(),
      error: fc.option(errors),
      fetch: fc.option(
        fc.record({
          shuffleId: fc.nat(),
          map: fc.integer({ min: -1 }),
          reduce: fc.integer({ min: -1 }),
          executorId: fc.option(fc.string({ minLength: 1 })),
          also: fc.array(fc.record({ shuffleId: fc.nat(), map: fc.nat() }), { maxLength: 3 }),
        }),
      ),
    });
    const metrics = fc
      .array(fc.oneof(fc.constant(0), fc.nat(), fc.maxSafeNat()), {
        minLength: METRIC_NAMES.length,
        maxLength: METRIC_NAMES.length,
      })
      .map(
        (values) =>
          Object.fromEntries(METRIC_NAMES.map((name, i) => [name, values[i]])) as never as ReturnType<typeof newTaskMetrics>,
      );
    const base = {
      taskId: fc.nat(0xffff_fffe),
      startedAt: fc.double({ noNaN: true, min: 1 }),
      finishedAt: fc.double({ noNaN: true, min: 1 }),
      metrics,
    };
    const accumulators = fc.array(fc.record({ id: fc.nat(0xffff_ffff), value: fc.uint8Array({ minLength: 1 }) }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.record({ ...base, result: fc.uint8Array({ maxLength: 20_000 }), accumulators }), (end) => {
        const { result, ...rest } = end;
        expect(plain(decode(writer.encode({ ...end, state: STATE_FINISHED })))).toEqual(
          plain({ state: "finished", ...rest, output: { kind: "result", bytes: result } }),
        );
      }),
    );
    fc.assert(
      fc.property(fc.record({ ...base, failure }), (end) => {
        expect(plain(decode(writer.encode({ ...end, failure: end.failure as never, state: STATE_FAILED })))).toEqual(
          plain({ state: "failed", ...end }),
        );
      }),
    );
    fc.assert(
      fc.property(fc.record({ ...base, keptResult: fc.integer({ min: 1, max: 2 ** 40 }) }), ({ keptResult, ...end }) => {
        expect(plain(decode(writer.encode({ ...end, keptResult, state: STATE_FINISHED })))).toEqual(
          plain({ state: "finished", ...end, accumulators: [], output: { kind: "kept", bytes: keptResult } }),
        );
      }),
    );
    fc.assert(
      fc.property(fc.record({ ...base, killReason: fc.string() }), ({ killReason, ...end }) => {
        expect(plain(decode(writer.encode({ ...end, killReason, state: STATE_KILLED })))).toEqual(
          plain({ state: "killed", ...end, reason: killReason }),
        );
      }),
    );
  });

  test("map statuses keep offsets and checksums", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2 ** 45), fc.nat(0xffff_ffff)), { maxLength: 300 }), (segments) => {
        const offsets = new Float64Array(segments.length + 1);
        segments.forEach(([length], i) => (offsets[i + 1] = offsets[i]! + length));
        const checksums = Uint32Array.from(segments, ([, crc]) => crc);
        const bytes = writer.encodeMapStatus({ offsets, checksums });
        const decoded = decodeMapStatus(bytes);
        expect([...decoded.offsets]).toEqual([...offsets]);
        expect([...decoded.checksums]).toEqual([...checksums]);
      }),
    );
  });

  /** Buffers and typed arrays of either kind as arrays. */
  function plain(value: unknown): unknown {
    return JSON.parse(
      JSON.stringify(value, (_key, part: unknown) => (ArrayBuffer.isView(part) ? [...(part as Uint8Array)] : part), 0),
      (_key, part: unknown) =>
        typeof part === "object" && part !== null && (part as { type?: unknown }).type === "Buffer"
          ? (part as { data: unknown }).data
          : part,
    );
  }
});

test("errors keep their class between threads", () => {
  const fetch = reviveThrown(structuredClone(thrownData(new FetchFailed(1, 2, 3, "4", "gone"))));
  expect(fetch).toBeInstanceOf(FetchFailed);
  expect(fetch).toMatchObject({ shuffleId: 1, map: 2, reduce: 3, executorId: "4", message: "gone" });
  expect(reviveThrown(thrownData(new TaskKilled("stop")))).toBeInstanceOf(TaskKilled);
  expect(reviveThrown(thrownData(new CommitDenied("no")))).toBeInstanceOf(CommitDenied);
  expect(reviveThrown(thrownData(new DataError("BROKEN_BLOCK", "rdd_1_1 is broken")))).toMatchObject({
    message: "[BROKEN_BLOCK] rdd_1_1 is broken",
    errorClass: "BROKEN_BLOCK",
  });
  expect(reviveThrown(thrownData(new RangeError("too far")))).toMatchObject({ name: "RangeError", message: "too far" });
  expect(reviveThrown(thrownData("text"))).toMatchObject({ message: "text" });
});

test("an answer that comes late, to a call that was given up, does not take the number of a later one back", () => {
  const cells = new ThreadCells();
  cells.answered(1);
  // Call 2 was given up by a killed task; call 3 of the next one is answered first.
  cells.answered(3);
  cells.answered(2);
  expect(cells.lastAnswered()).toBe(3);
});
