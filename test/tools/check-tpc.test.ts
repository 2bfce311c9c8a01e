/** The check of TPC answers leaves nothing behind, however it ends. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directory = mkdtempSync(join(tmpdir(), "check-tpc-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("where the data cannot be made, its folder goes", () => {
  const { status, stderr } = spawnSync(process.execPath, ["tools/check-tpc.mjs", "tpcds:0.01"], {
    env: { ...process.env, TMPDIR: directory, DUCKDB_PYTHON: "/bin/false" },
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining("Command failed: /bin/false")]);
  expect(readdirSync(directory).filter((name) => name.startsWith("tpcds-"))).toEqual([]);
});
