import { driverClasses } from "../../src/closure/driver-classes";
import { log } from "../../src/common/log";
import { describeOrSkip, mergeOrWarn } from "../../src/driver/accumulables";
import { LongAccumulator, registerAccumulator } from "../../src/rdd";
import { encodeOne } from "../../src/rdd/row-bytes";
import { InlineContext } from "../support/inline-context";

class Unmergeable extends LongAccumulator {
  override merge(): void {
    throw new Error("merge fails");
  }
}

let sc: InlineContext;
let lines: string[];
beforeEach(() => {
  sc = new InlineContext(2, true);
  lines = [];
  jest.spyOn(log, "warn").mockImplementation((line) => void lines.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
  return sc.stop();
});

function updateOf(accumulator: LongAccumulator): Uint8Array {
  return encodeOne({ ...accumulator, sum: 3, count: 1 }, driverClasses, "update");
}

test("an update is merged, and told with the sum", () => {
  const total = new LongAccumulator();
  registerAccumulator(sc, total, "total");
  const update = updateOf(total);
  expect(describeOrSkip(total, update, new Map(), driverClasses)).toEqual([
    expect.objectContaining({ name: "total", update: 3, value: 3 }),
  ]);
  mergeOrWarn(total, update, driverClasses);
  expect([total.value, lines]).toEqual([3, []]);
});

test("an update that its accumulator cannot merge is lost with a warning", () => {
  const total = new Unmergeable();
  registerAccumulator(sc, total, "total");
  const update = updateOf(total);
  expect(describeOrSkip(total, update, new Map(), driverClasses)).toEqual([]);
  mergeOrWarn(total, update, driverClasses);
  expect(total.value).toBe(0);
  expect(lines).toEqual([
    "what a task added to accumulator total (Unmergeable) is lost, as it could not be merged: Error: merge fails",
  ]);
});
