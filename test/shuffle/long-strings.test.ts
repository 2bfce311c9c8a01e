/** Strings are joined to texts on their way through a shuffle: of long ones there are several, as V8's strings have a longest. */
import { constants } from "node:buffer";
import { failureOf } from "../../src/rdd/exec/task-failure";
import type { BatchColumn } from "../../src/shuffle/batch";
import { splitByClass } from "../../src/shuffle/key-index";
import type { PartitionedRuns } from "../../src/shuffle/runs";
import { Scatter } from "../../src/shuffle/scatter";
import { MemoryWorld } from "../support/memory-task-env";

/** Together more characters than a string can have, but one string in memory. */
const LONG = "x".repeat(1 << 24);
const MANY = 40;
const longStrings: BatchColumn = { type: "strings", values: new Array<string>(MANY).fill(LONG) };
const numbers: BatchColumn = { type: "number", values: Float64Array.from({ length: MANY }, (_, i) => i) };

test.each([
  ["as values", numbers, longStrings],
  ["as keys", longStrings, numbers],
])("long strings %s are joined one at a time", (_name, key, value) => {
  const world = new MemoryWorld();
  const frames: number[] = [];
  const runs = {
    pending: 0,
    begin: () => undefined,
    end: () => undefined,
    frame: (_: number, rows: number) => frames.push(rows),
  };
  const scatter = new Scatter(world.task(), runs as unknown as PartitionedRuns, 1, () => undefined, "pairs");
  scatter.write(key, value, MANY);
  world.dispose();
  expect(frames).toEqual(new Array(MANY).fill(1));
});

test.each([
  ["strings alone", longStrings, numbers],
  ["strings among other keys", { type: "any", values: [true, ...new Array<string>(MANY - 1).fill(LONG)] }, numbers],
  ["keys without values", longStrings, { type: "none" }],
] satisfies [string, BatchColumn, BatchColumn][])("long keys become several texts: %s", (_name, key, value) => {
  const parts = splitByClass({ length: MANY, key, value });
  expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(MANY);
  const texts = parts.filter(({ keyClass }) => keyClass === "string");
  for (const { key: text, length, value: values } of texts) {
    expect(text).toMatchObject({ type: "text", offsets: Int32Array.of(0, LONG.length) });
    expect(length).toBe(1);
    expect(values.type === "none" || values.type === "text" || values.values.length === 1).toBe(true);
  }
  const places = texts.flatMap(({ value: values }) =>
    values.type === "number" || values.type === "any" ? [...values.values] : [],
  );
  const first = key.type === "any" ? 1 : 0;
  if (value.type === "number") expect(places).toEqual(Array.from({ length: MANY - first }, (_, i) => i + first));
});

test("a string that is too long is told with its limit", () => {
  const tooLong = (): string => LONG.repeat(MANY);
  let thrown: unknown;
  try {
    tooLong();
  } catch (error) {
    thrown = error;
  }
  const { description, error } = failureOf(thrown, () => null);
  const message = `Invalid string length: a string has at most ${constants.MAX_STRING_LENGTH} characters. Use a Buffer, or several shorter strings.`;
  expect(description).toBe(`RangeError: ${message}`);
  expect(error?.message).toBe(message);
  expect(error?.stack).toContain(message);
});
