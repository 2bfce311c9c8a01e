/** Specifiers lead where Node itself takes them, and beyond that where TypeScript programs mean them to. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ImportMode, declaredFormat, resolveSpecifier } from "../../src/closure/resolve-module";

const FILES: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({
    name: "app",
    exports: { ".": "./main.js", "./part/*": "./src/*.js" },
    imports: { "#own": "./src/own.js", "#dep": { import: "both/sub", require: "plain" }, "#features/*.js": "./src/*.js" },
  }),
  "main.js": "",
  "src/own.js": "",
  "src/a.ts": "",
  "src/b.tsx": "",
  "src/c.mts": "",
  "src/d.js": "",
  "src/data.json": "{}",
  "src/folder/index.ts": "",
  "module/package.json": JSON.stringify({ type: "module" }),
  "module/e.js": "",
  "node_modules/plain/package.json": JSON.stringify({ name: "plain", version: "1.2.3", main: "lib/start" }),
  "node_modules/plain/lib/start.js": "",
  "node_modules/plain/other.js": "",
  "node_modules/bare/index.js": "",
  "node_modules/both/package.json": JSON.stringify({
    name: "both",
    version: "2.0.0",
    exports: {
      ".": { types: "./x.d.ts", import: "./esm.mjs", require: "./cjs.cjs" },
      "./sub": [{ browser: "./no.js" }, "./sub.js"],
      "./deep/*": { node: { import: "./deep/*.mjs", default: "./deep/*.cjs" } },
      "./deep/internal/*": null,
      "./exact/*.js": "./deep/*.cjs",
    },
  }),
  "node_modules/both/esm.mjs": "",
  "node_modules/both/cjs.cjs": "",
  "node_modules/both/sub.js": "",
  "node_modules/both/deep/one.mjs": "",
  "node_modules/both/deep/one.cjs": "",
  "node_modules/both/deep/internal/two.mjs": "",
  "node_modules/@scope/pkg/package.json": JSON.stringify({ name: "@scope/pkg", version: "0.1.0", exports: "./only.js" }),
  "node_modules/@scope/pkg/only.js": "",
  "packages/shared/package.json": JSON.stringify({ name: "shared", main: "src/index.ts" }),
  "packages/shared/src/index.ts": "",
};

let root: string;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "resolve-")));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  symlinkSync(join(root, "packages/shared"), join(root, "node_modules/shared"));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function found(specifier: string, mode: ImportMode, from = "src/from.ts"): string {
  const resolution = resolveSpecifier(specifier, join(root, from), mode);
  return "path" in resolution ? `${resolution.kind} ${resolution.path.slice(root.length + 1)}` : resolution.kind;
}

const AS_NODE = [
  "plain",
  "plain/other.js",
  "bare",
  "both",
  "both/sub",
  "both/deep/one",
  "both/exact/one.js",
  "both/deep/internal/two",
  "both/hidden.js",
  "@scope/pkg",
  "@scope/pkg/only.js",
  "app",
  "app/part/own",
  "#own",
  "#dep",
  "#features/d.js",
  "#unknown",
  "./own.js",
  "../main.js",
  "nothing",
];

test("as require of Node resolves", () => {
  const code = `const { createRequire } = require("node:module"); const from = createRequire(${JSON.stringify(join(root, "src/from.js"))});
    console.log(JSON.stringify(${JSON.stringify(AS_NODE)}.map((s) => { try { return from.resolve(s); } catch { return null; } })));`;
  const expected = JSON.parse(execFileSync(process.execPath, ["-e", code], { encoding: "utf8" })) as (string | null)[];
  expect(AS_NODE.map((specifier) => found(specifier, "require").replace(/^\w+ /, ""))).toEqual(
    expected.map((path) => path?.slice(root.length + 1) ?? "missing"),
  );
});

test("as import of Node resolves", () => {
  const parent = JSON.stringify(`file://${join(root, "src/from.mjs")}`);
  const code = `import { existsSync } from "node:fs"; import { fileURLToPath } from "node:url";
    console.log(JSON.stringify(${JSON.stringify(AS_NODE)}.map((s) => { try { const p = fileURLToPath(import.meta.resolve(s, ${parent})); return existsSync(p) ? p : null; } catch { return null; } })));`;
  const args = ["--experimental-import-meta-resolve", "--input-type=module", "-e", code];
  const expected = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as (string | null)[];
  expect(AS_NODE.map((specifier) => found(specifier, "import").replace(/^\w+ /, ""))).toEqual(
    expected.map((path) => path?.slice(root.length + 1) ?? "missing"),
  );
});

test.each([
  ["./a", "file src/a.ts"],
  ["./a.ts", "file src/a.ts"],
  ["./a.js", "file src/a.ts"],
  ["./b", "file src/b.tsx"],
  ["./b.js", "file src/b.tsx"],
  ["./c.mjs", "file src/c.mts"],
  ["./d", "file src/d.js"],
  ["./data.json", "file src/data.json"],
  ["./folder", "file src/folder/index.ts"],
  [".", "missing"],
  ["shared", "file packages/shared/src/index.ts"],
  ["node:fs", "builtin"],
  ["fs/promises", "builtin"],
  ["firesteel", "engine"],
  ["plain", "package node_modules/plain/lib/start.js"],
])("%s is %s", (specifier, expected) => {
  expect(found(specifier, "import")).toBe(expected);
});

test("formats follow extension and package.json", () => {
  expect(["src/d.js", "src/c.mts", "module/e.js", "x.cjs"].map((file) => declaredFormat(join(root, file)))).toEqual([
    undefined,
    "module",
    "module",
    "commonjs",
  ]);
});
