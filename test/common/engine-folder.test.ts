import { engineFolder, withEngineNamed } from "../../src/common/engine-folder";
import { CallTreeBuilder, isUserCode } from "../../src/common/call-tree";
import { thrownValue } from "../../src/driver/job-errors";
import { withoutEngineFrames } from "../../src/driver/user-stack";
import { describeThrown } from "../../src/wire/failure";

/** As an executor sees it whose installation lies elsewhere than the driver's. */
const STACK = `Error: no
    at check (/home/me/app.ts:16:11)
    at Loop.feed (${engineFolder}engine.js:39193:31)
    at pipeline (eval at compile (${engineFolder}engine.js:16597:17), <anonymous>:16:16)`;

function thrown(): Error {
  const error = new Error("no");
  error.stack = STACK;
  return error;
}

test("stack traces leave a process with the engine's files named without their directory", () => {
  const { stack } = describeThrown(thrown());
  expect(stack).toContain("at Loop.feed (firesteel/engine.js:39193:31)");
  expect(stack).not.toContain(engineFolder);
  expect(withoutEngineFrames(stack)).toBe("Error: no\n    at check (/home/me/app.ts:16:11)");
});

test("what was thrown has the stack of the description, whatever travelled with its value", () => {
  const value = new Uint8Array([1]);
  const again = thrownValue({ ...describeThrown(thrown()), value }, { decodeValue: thrown, mapStack: withoutEngineFrames });
  expect((again as Error).stack).toBe("Error: no\n    at check (/home/me/app.ts:16:11)");
});

test("functions of a profile are the user's or the engine's wherever that lies", () => {
  const builder = new CallTreeBuilder();
  const frame = (url: string) => ({ functionName: "f", url, lineNumber: 0, columnNumber: 0 });
  builder.add([
    { id: 1, callFrame: frame(""), children: [2, 3] },
    { id: 2, callFrame: frame(`file://${engineFolder}engine.js`), hitCount: 1 },
    { id: 3, callFrame: frame("file:///home/me/dist/engine.js"), hitCount: 1 },
  ]);
  const { locations } = builder.columns();
  expect(locations.slice(1)).toEqual(["firesteel/engine.js:1:1", "file:///home/me/dist/engine.js:1:1"]);
  expect(locations.slice(1).map(isUserCode)).toEqual([false, true]);
  expect(withEngineNamed("/home/me/firesteel/app.ts")).toBe("/home/me/firesteel/app.ts");
});
