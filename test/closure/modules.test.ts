/** User modules in an executor's thread: loaded from their transforms, with the semantics of Node. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ModuleLoader } from "../../src/closure/module-loader";
import { moduleByHash, moduleFiles, moduleTarget } from "../../src/closure/module-graph";
import type { ModuleTarget } from "../../src/closure/module-target";

const FILES: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "app", type: "module" }),
  "meta.ts":
    "export const url: string = import.meta.url; export const folder = import.meta.dirname; export const file = import.meta.filename;\nexport const own = import.meta.resolve('./data.json');",
  "strict.ts": "export function kind(): unknown { return (function (this: unknown) { return this; })(); }",
  "with-require.ts":
    'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\nexport const data = require("./data.json") as { a: number };',
  "data.json": '{"a": 1}',
  "json.ts": 'import data from "./data.json" with { type: "json" };\nexport const a: number = data.a;',
  "cycle-a.ts": 'import { b } from "./cycle-b.js";\nexport function a(n: number): number { return n === 0 ? 0 : b(n - 1) + 1; }',
  "cycle-b.ts": 'import { a } from "./cycle-a.js";\nexport function b(n: number): number { return n === 0 ? 0 : a(n - 1) + 1; }',
  "reexport.ts": 'export * from "./cycle-a";\nexport { b as renamed } from "./cycle-b";\nexport * as data from "./json";',
  "engine.ts": 'import { mark } from "firesteel";\nexport const seen: string = mark;',
  "interop.ts":
    'import whole, { named } from "flagged";\nexport const kinds = [typeof whole, Object.keys(whole as object).join(), named];',
  "lazy.ts":
    'export const load = async (name: string): Promise<unknown> => (await import(name === "" ? "./json.ts" : name)) as unknown;',
  "top-level-await.ts": "export const x = await Promise.resolve(1);",
  "needs-missing.ts": 'import { x } from "./not-there";\nexport const y = x;',
  "throws.ts": 'export const n = 1;\nthrow new Error("at load");',
  "cjs/package.json": "{}",
  "cjs/tool.js":
    '#!/usr/bin/env node\nlet calls = 0;\nmodule.exports = function tool() { calls++; return [calls, __filename, typeof require("./optional")]; };',
  "cjs/optional.js": 'try { require("not-installed"); } catch (error) { module.exports = error.code; }',
  "cjs/late.js": 'exports.load = () => import("./tool.js");',
  "node_modules/flagged/package.json": JSON.stringify({ name: "flagged", version: "1.0.0" }),
  "node_modules/flagged/index.js":
    'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = 1; exports.named = "n";',
};

let root: string;
let loader: ModuleLoader;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "modules-")));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  loader = new ModuleLoader({ engineModule: { mark: "the running engine" }, fetchModule: moduleByHash });
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function targetOf(path: string): ModuleTarget {
  return moduleTarget(path, { kind: "file", path: join(root, path) });
}

function load<T>(path: string): T {
  return loader.load(targetOf(path)) as T;
}

test("import.meta", () => {
  const file = join(root, "meta.ts");
  expect(load("meta.ts")).toMatchObject({
    url: pathToFileURL(file).href,
    folder: root,
    file,
    own: pathToFileURL(join(root, "data.json")).href,
  });
});

test("ES modules are strict", () => {
  expect(load<{ kind(): unknown }>("strict.ts").kind()).toBeUndefined();
});

test("createRequire, JSON", () => {
  expect(load<{ data: unknown }>("with-require.ts").data).toEqual({ a: 1 });
  expect(load<{ a: number }>("json.ts").a).toBe(1);
});

test("modules that import each other, re-exports", () => {
  const all = load<{ a(n: number): number; renamed(n: number): number; data: { a: number } }>("reexport.ts");
  expect([all.a(5), all.renamed(4), all.data.a]).toEqual([5, 4, 1]);
  expect(load<{ a: unknown }>("cycle-a.ts").a).toBe(all.a);
});

test("firesteel is the running instance", () => {
  expect(load<{ seen: string }>("engine.ts").seen).toBe("the running engine");
});

test("the default export of a CommonJS package is the whole of it, as for Node's ES modules", () => {
  expect(load<{ kinds: unknown[] }>("interop.ts").kinds).toEqual(["object", "default,named", "n"]);
});

test("import() of computed names", async () => {
  const { load: lazily } = load<{ load(name: string): Promise<Record<string, unknown>> }>("lazy.ts");
  expect((await lazily(""))["a"]).toBe(1);
  expect(typeof (await lazily("node:fs"))["readFileSync"]).toBe("function");
  await expect(lazily("./nowhere")).rejects.toThrow(/Cannot find module '\.\/nowhere'/);
});

test("CommonJS: state, names of the file, optional packages, import()", async () => {
  const tool = load<() => unknown[]>("cjs/tool.js");
  expect(tool()).toEqual([1, join(root, "cjs/tool.js"), "string"]);
  expect(tool()[0]).toBe(2);
  const late = await load<{ load(): Promise<{ default: unknown }> }>("cjs/late.js").load();
  expect(late.default).toBe(tool);
});

test("what executors cannot load is told when it is captured", () => {
  expect(targetOf("top-level-await.ts")).toMatchObject({
    kind: "missing",
    message: expect.stringMatching(/[Tt]op-level await/) as string,
  });
  expect(targetOf("needs-missing.ts")).toMatchObject({
    kind: "missing",
    message: expect.stringContaining("it imports './not-there'") as string,
  });
});

test("a module that throws while it is loaded throws again, with its own error", () => {
  expect(() => load("throws.ts")).toThrow("at load");
  expect(() => load("throws.ts")).toThrow("at load");
});

test("files are collected with what they import, each once", () => {
  const names = moduleFiles([targetOf("reexport.ts"), targetOf("cycle-b.ts")]).map(({ path }) => path.slice(root.length + 1));
  expect(names.sort()).toEqual(["cycle-a.ts", "cycle-b.ts", "data.json", "json.ts", "reexport.ts"]);
});
