import { existsSync, mkdirSync, mkdtempSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { below, pack, unpack } from "../../src/closure/bundle";
import { packageTree } from "../../src/closure/package-tree";
import { programFiles } from "../../src/closure/program-files";
import { offerPackage, packedPackage, shippedFile } from "../../src/closure/shipped-packages";

const root = realpathSync(mkdtempSync(join(tmpdir(), "firesteel-test-packages-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function install(folder: string, manifest: object, main: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ version: "1.0.0", main: "index.js", ...manifest }));
  writeFileSync(join(folder, "index.js"), main);
  return folder;
}

/** As npm lays it out: "a" has its own "b" 2, beside "b" 1 of the others. */
function npmProject(name: string): string {
  const project = join(root, name);
  const modules = join(project, "node_modules");
  install(
    join(modules, "a"),
    { name: "a", dependencies: { b: "2", c: "1", absent: "1" } },
    `module.exports = require("b") + require("c");`,
  );
  install(join(modules, "a", "node_modules", "b"), { name: "b", version: "2.0.0" }, `module.exports = "b2";`);
  install(join(modules, "b"), { name: "b" }, `module.exports = "b1";`);
  install(join(modules, "c"), { name: "c", dependencies: { b: "1" } }, `module.exports = "c+" + require("b");`);
  install(join(modules, "unused"), { name: "unused" }, `module.exports = 0;`);
  return project;
}

test("a package travels with what it needs, each version where it was", () => {
  const project = npmProject("npm");
  const folder = join(project, "node_modules", "a");
  const { packages } = packageTree([folder]);
  expect(packages.map(({ name, version }) => `${name}@${version}`)).toEqual(["a@1.0.0", "b@2.0.0", "b@1.0.0", "c@1.0.0"]);
  const target = { kind: "package", specifier: "a", name: "a", version: "1.0.0", path: join(folder, "index.js") } as const;
  const far = join(root, "far");
  expect(packedPackage("package_0")).toBeUndefined();
  offerPackage(target);
  let fetched = 0;
  const fetch = (block: string): Uint8Array => {
    fetched++;
    return packedPackage(block)!;
  };
  const file = shippedFile(target, far, fetch)!;
  expect(shippedFile(target, far, fetch)).toBe(file);
  expect(fetched).toBe(1);
  expect(createRequire(file)(file)).toBe("b2c+b1");
  expect(existsSync(join(file, "..", "..", "unused"))).toBe(false);
});

test("links of package managers lead to the same places", () => {
  const store = join(root, "pnpm", "node_modules", ".pnpm");
  const a = install(
    join(store, "a@1", "node_modules", "a"),
    { name: "a", dependencies: { b: "*" } },
    `module.exports = require("b");`,
  );
  const b = install(join(store, "b@1", "node_modules", "b"), { name: "b" }, `module.exports = "linked";`);
  symlinkSync(b, join(store, "a@1", "node_modules", "b"));
  const { packages, links } = packageTree([a]);
  expect(links).toEqual([{ path: join(store, "a@1", "node_modules", "b"), target: b }]);
  const far = join(root, "far-linked");
  unpack(
    pack(
      packages.flatMap((one) => one.files),
      links,
    ),
    far,
  );
  const there = below(far, join(a, "index.js"));
  expect(createRequire(there)(there)).toBe("linked");
  expect(readlinkSync(below(far, links[0]!.path))).not.toContain(root);
});

test("a program's files are those that it imports, and their packages", () => {
  const project = npmProject("program");
  mkdirSync(join(project, "lib"));
  writeFileSync(join(project, "package.json"), `{"type": "module"}`);
  writeFileSync(join(project, "lib", "util.ts"), `import c from "c"; export const util: string = c;`);
  writeFileSync(join(project, "data.json"), `{"x": 1}`);
  const main = join(project, "main.ts");
  writeFileSync(
    main,
    `import { SparkContext } from "firesteel"; import { util } from "./lib/util.js"; import d from "./data.json"; await util; d; SparkContext;`,
  );
  const { files, packages } = programFiles(main);
  expect(files.map((file) => file.slice(project.length + 1))).toEqual(["data.json", "lib/util.ts", "main.ts", "package.json"]);
  expect(packages.packages.map((one) => one.name)).toEqual(["b", "c"]);
  writeFileSync(main, `import "./nowhere";`);
  expect(() => programFiles(main)).toThrow(/main\.ts:1: .*nowhere/);
});

test("nothing is written outside of the folder, and damaged bundles are refused", () => {
  expect(below("/safe", "../../etc/passwd")).toBe("/safe/etc/passwd");
  expect(() => unpack(Buffer.from("nothing"), root)).toThrow(/cannot be read/);
});
