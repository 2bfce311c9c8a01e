/** What a worker says of an executor that has ended. */
import { executorEnding } from "../../src/cluster/worker/executor-end";

const END = { code: 0, signal: null, stderr: "", failed: null };
const OVER = "its application has ended";

test.each([
  ["ended as it was told to", END, OVER, "EXITED", `${OVER}; exited with code 0`],
  [
    "did not end in time",
    { ...END, code: null, signal: "SIGKILL" },
    OVER,
    "KILLED",
    `${OVER}; it did not end by itself, and was killed`,
  ],
  [
    "was ended with its worker",
    { ...END, code: 143 },
    "it was ended by SIGTERM",
    "KILLED",
    "it was ended by SIGTERM; exited with code 143",
  ],
  ["ended unasked", { ...END, code: 3 }, null, "EXITED", "exited with code 3"],
  ["was ended by its driver", END, null, "EXITED", "exited with code 0"],
  ["could not be started", { ...END, code: null, failed: "no such file" }, null, "FAILED", "no such file"],
])("one that %s", (_, end, dismissed, state, reason) => {
  expect(executorEnding(end, dismissed)).toEqual({ state, reason, outOfMemory: false });
});

test("one that was killed from outside says so", () => {
  expect(executorEnding({ ...END, code: null, signal: "SIGKILL" }, null)).toMatchObject({
    state: "EXITED",
    reason: expect.stringMatching(/^killed by SIGKILL \(from outside/),
  });
});
