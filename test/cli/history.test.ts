/** What `firesteel history` tells whoever starts it. */
import { readersOf } from "../../src/cli/history";

test("a history server that others reach says who can read it", async () => {
  expect(await readersOf("127.0.0.1")).toBeNull();
  expect(await readersOf("0.0.0.0")).toBe(
    "everybody who reaches 0.0.0.0 can read what applications did " +
      "(a proxy that asks who they are, and spark.history.ui.acls.enable, keep others out)",
  );
});
