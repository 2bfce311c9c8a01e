/** Real processes: what is compiled in one is used by the next. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

const directory = mkdtempSync(join(tmpdir(), "firesteel-test-"));
const cache = join(directory, "cache");
const bundle = join(directory, "bundle.js");
const kept = (): string[] => readdirSync(join(cache, "firesteel"));

beforeAll(() => {
  buildSync({
    entryPoints: [join(__dirname, "../../src/common/cached-load.ts")],
    bundle: true,
    platform: "node",
    outfile: join(directory, "load.js"),
  });
  writeFileSync(bundle, `exports.sum = (a, b) => a + b; exports.where = __filename; exports.path = require("path").sep; // é`);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function run(env: Readonly<Record<string, string>> = {}): unknown {
  const program = `
    const { requireCached } = require("./load.js");
    const loaded = requireCached(${JSON.stringify(bundle)});
    console.log(JSON.stringify([loaded.sum(1, 2), loaded.where, loaded.path, require(loaded.where) === loaded, requireCached(loaded.where) === loaded]));`;
  const done = spawnSync(process.execPath, ["-e", program], {
    cwd: directory,
    env: { ...process.env, XDG_CACHE_HOME: cache, ...env },
    encoding: "utf8",
  });
  expect(done.stderr).toBe("");
  return JSON.parse(done.stdout);
}
const expected = [3, bundle, "/", true, true];

test("gives what require gives, the first time and from the stored code", () => {
  expect(run({ FIRESTEEL_CODE_CACHE: "off" })).toEqual(expected);
  expect(run()).toEqual(expected);
  const [file] = kept();
  expect(kept()).toHaveLength(1);
  const before = statSync(join(cache, "firesteel", file!)).mtimeMs;
  expect(run()).toEqual(expected);
  expect(statSync(join(cache, "firesteel", file!)).mtimeMs).toBe(before);
  expect(statSync(join(cache, "firesteel")).mode & 0o777).toBe(0o700);
});

test("damaged code, another bundle, a directory that cannot be written", () => {
  for (const file of kept()) writeFileSync(join(cache, "firesteel", file), "nonsense");
  expect(run()).toEqual(expected);
  writeFileSync(bundle, `exports.sum = () => "new"; exports.where = __filename;`);
  expect((run() as unknown[])[0]).toBe("new");
  const blocked = join(directory, "blocked");
  writeFileSync(blocked, "");
  chmodSync(blocked, 0o400);
  expect((run({ XDG_CACHE_HOME: blocked }) as unknown[])[0]).toBe("new");
});
