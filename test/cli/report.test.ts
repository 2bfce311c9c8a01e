/** What is shown of an error that ends a program. */
import { describeUncaught } from "../../src/cli/report";
import { engineFolder } from "../../src/common/engine-folder";

function withStack(...frames: readonly string[]): Error {
  const error = new Error("no");
  error.stack = ["Error: no", ...frames.map((frame) => `    at ${frame}`)].join("\n");
  return error;
}

test("frames of the engine are left out, with the builtins that it called", () => {
  const error = withStack(
    "Array.forEach (<anonymous>)",
    `bind (${engineFolder}engine.js:1:2)`,
    "async Promise.all (index 0)",
    "async collect (firesteel/engine.js:3:4)",
    "/app/main.ts:5:6",
    "process.task (node:internal/process/task_queues:95:5)",
  );
  expect(describeUncaught(error)).toBe("Error: no\n    at /app/main.ts:5:6");
});

test("builtins that the program called stay", () => {
  const error = withStack("/app/main.ts:1:2", "Array.map (<anonymous>)", "/app/main.ts:5:6", "async Promise.all (index 0)");
  expect(describeUncaught(error).split("\n")).toEqual([
    "Error: no",
    "    at /app/main.ts:1:2",
    "    at Array.map (<anonymous>)",
    "    at /app/main.ts:5:6",
  ]);
});

test("an error that comes from Node's own modules alone has no frames", () => {
  const error = withStack(
    "compileSourceTextModule (node:internal/modules/esm/utils:344:16)",
    "TracingChannel.tracePromise (node:diagnostics_channel:362:14)",
  );
  expect(describeUncaught(error)).toBe("Error: no");
});

test("an error of the engine's own keeps all its frames", () => {
  const error = Object.assign(withStack("Array.forEach (<anonymous>)", `bind (${engineFolder}engine.js:1:2)`), {
    errorClass: "INTERNAL_ERROR",
  });
  expect(describeUncaught(error)).toContain("engine.js:1:2");
});
