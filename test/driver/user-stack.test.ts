import { shortened, withoutEngineFrames } from "../../src/driver/user-stack";

const STACK = `BadRow: row 7 is bad
with a second line
    at check (/home/me/app.ts:16:11)
    at Object.eval [as run] (firesteel-stage-0-0.js:28:19)
    at Loop.feed (firesteel/engine.js:36510:26)
    at /home/me/app.ts:20:3
    at node:internal/main:3:4
    at process.processTicks (node:internal/process/task_queues:95:5)
    at #run (firesteel/engine.js:35431:27)`;

test("the engine's frames and Node's are left out, the user's stay in order", () => {
  expect(withoutEngineFrames(STACK)).toBe(
    "BadRow: row 7 is bad\nwith a second line\n    at check (/home/me/app.ts:16:11)\n    at /home/me/app.ts:20:3",
  );
});

test("a stack of the engine alone stays whole", () => {
  const own = "InternalError: oh\n    at Loop.feed (firesteel/engine.js:36510:26)";
  expect(withoutEngineFrames(own)).toBe(own);
  expect(withoutEngineFrames("only text")).toBe("only text");
});

test("long texts lose their middle, long lines their end", () => {
  expect(shortened(STACK)).toBe(STACK);
  const long = Array.from({ length: 40 }, (_, i) => `line ${i}`).join("\n");
  const lines = shortened(long).split("\n");
  expect(lines).toHaveLength(12);
  expect([lines[0], lines[5], lines[6], lines[11]]).toEqual(["line 0", "line 5", "    … (29 more lines)", "line 39"]);
  expect(shortened(`a\n${"x".repeat(5000)}`)).toBe(`a\n${"x".repeat(1000)}… (5000 characters)`);
});

test("errors that were meant for the user have no frames of the engine, nor frames of generators", () => {
  const meant = "TaskError: [NOT_A_PAIR] No pair.\n    at Intake.notAPair (firesteel/engine.js:1:2)";
  expect(withoutEngineFrames(meant)).toBe("TaskError: [NOT_A_PAIR] No pair.");
  const defect = "InternalError: [INTERNAL_ERROR] Lost.\n    at run (firesteel/engine.js:1:2)";
  expect(withoutEngineFrames(defect)).toBe(defect);
  const own = "Error: no\n    at f (/app/a.ts:1:2)\n    at batches.next (<anonymous>)";
  expect(withoutEngineFrames(own)).toBe("Error: no\n    at f (/app/a.ts:1:2)");
});
