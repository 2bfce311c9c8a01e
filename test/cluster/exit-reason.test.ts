import { exitReason } from "../../src/cluster/exit-reason";

const V8 =
  "\n<--- Last few GCs --->\n\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n ----- Native stack trace -----\n";

test.each([
  [null, "SIGABRT", V8, /^out of memory: .*SIGABRT/, true],
  [134, null, V8, /^out of memory/, true],
  [null, "SIGABRT", "assertion failed\n", /^killed by SIGABRT$/, false],
  [52, null, "noise\nfiresteel executor 3: out of memory: 900 MiB are resident\n", /^out of memory: 900 MiB are resident$/, true],
  [null, "SIGKILL", "", /^killed by SIGKILL/, false],
  [3, null, "", /^exited with code 3$/, false],
  [
    1,
    null,
    "firesteel executor: [NO_SECRET] The secret is missing.\n",
    /^exited with code 1: \[NO_SECRET\] The secret is missing\.$/,
    false,
  ],
  [9, null, "/usr/bin/node: bad option: --nonsense\n", /^exited with code 9: node: bad option: --nonsense$/, false],
  [9, null, "", /^exited with code 9$/, false],
  [0, null, "", /^exited with code 0$/, false],
])("code %s, signal %s", (code, signal, stderr, reason, outOfMemory) => {
  const exit = exitReason(code, signal, stderr);
  expect(exit.reason).toMatch(reason);
  expect(exit.outOfMemory).toBe(outOfMemory);
});
