/** docs/closures.md says what the catalogue says. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("docs/closures.md is generated from the catalogue as it is", () => {
  const tool = join(__dirname, "../../tools/closure-docs.mjs");
  expect(() => execFileSync(process.execPath, [tool, "--check"], { stdio: "pipe" })).not.toThrow();
});
