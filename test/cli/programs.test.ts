/** Programs in all the forms that users write them in. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { cli, Workplace } from "./support/command";

const place = new Workplace();
afterAll(() => place.remove());

const BODY = (load: string): string => `
${load}
const sc = new SparkContext();
const work = async () => {
  const sum = await sc.range(0, 10, 1, 2).map((x) => x * 2).reduce((a, b) => a + b);
  console.log("sum", sum);
  await sc.stop();
};
`;
const ESM = `${BODY('import { SparkContext } from "firesteel";')}\nawait work();\n`;
const CJS = `${BODY('const { SparkContext } = require("firesteel");')}\nwork();\n`;

describe.each(["module", "commonjs", "no package.json"])("package type %s", (type) => {
  const folder = `type ${type}`;
  if (type !== "no package.json") place.write({ [`${folder}/package.json`]: JSON.stringify({ type }) });

  test.each([
    ["app.ts", ESM],
    ["app.mts", ESM],
    ["app.mjs", ESM],
    ["app.cjs", CJS],
    ["app.cts", CJS],
    ["required.cts", `import fs = require("node:fs");\nfs.existsSync(".");\n${CJS}`],
    ["app.js", type === "module" ? ESM : CJS],
    ...(type === "no package.json" ? [["esm.js", ESM]] : []),
  ] as [string, string][])("%s", async (name, text) => {
    const file = place.write({ [`${folder}/${name}`]: text });
    expect(await place.submit([file])).toMatchObject({ code: 0, stdout: "sum 90\n", stderr: "" });
  });
});

test("modules: without extension, .js that means .ts, index, JSON, dynamic, cyclic; used on the driver and in tasks", async () => {
  const file = place.write({
    "modules/app.ts": `
      import { SparkContext } from "firesteel";
      import { double } from "./lib/double";
      import { triple } from "./lib/triple.js";
      import { fromIndex } from "./lib";
      import settings from "./settings.json" with { type: "json" };
      import type { Unused } from "./types";
      import * as path from "node:path";
      const { late } = await import("./lib/late");
      const { mts } = await import("./lib/esm.mjs");
      const sc = new SparkContext();
      const label = (x: number): string => path.posix.join("a", String(x));
      const got = await sc.parallelize([1, 2], 2).map((x) => [double(x), triple(x), fromIndex(x), late(x), mts(x), settings.factor * x, label(x)] as const).collect();
      console.log(JSON.stringify(got), double(1), settings.factor, typeof require, __filename === import.meta.filename);
      await sc.stop();`,
    "modules/lib/double.ts": `import { two } from "./constants.js";\nexport const double = (x: number): number => x * two;`,
    "modules/lib/constants.ts": `export const two: number = 2;\nexport * from "./double";`,
    "modules/lib/triple.ts": `export function triple(x: number) { return x * 3; }`,
    "modules/lib/index.ts": `export const fromIndex = (x: number) => x + 100;`,
    "modules/lib/late.ts": `export const late = (x: number) => -x;`,
    "modules/lib/esm.mts": `export const mts = (x: number) => x + 0.5;`,
    "modules/settings.json": `{ "factor": 10 }`,
    "modules/types.ts": `export interface Unused { a: string }`,
  });
  const { code, stdout, stderr } = await place.submit([file]);
  expect({ code, stderr, stdout }).toEqual({
    code: 0,
    stderr: "",
    stdout: `[[2,3,101,-1,1.5,10,"a/1"],[4,6,102,-2,2.5,20,"a/2"]] 2 10 function true\n`,
  });
});

test("require of TypeScript and JSON from .cts", async () => {
  const file = place.write({
    "required/app.cts": `
      import { helper } from "./helper";
      const data = require("./data.json");
      const other = require("./other.cts");
      const { SparkContext } = require("firesteel");
      const sc = new SparkContext();
      sc.parallelize([1, 2], 2).map((x: number) => helper(x) + data.plus + other.value).collect().then(async (got: number[]) => { console.log(got, __filename.endsWith("app.cts"), require.main === module); await sc.stop(); });`,
    "required/helper.cts": `export const helper = (x: number): number => x * 2;`,
    "required/other.cts": `exports.value = 1000;`,
    "required/data.json": `{ "plus": 0.25 }`,
  });
  const { code, stdout, stderr } = await place.submit([file]);
  expect({ code, stderr, stdout }).toEqual({
    code: 0,
    stderr: "",
    stdout: expect.stringMatching(/^\[ 1002\.25, 1004\.25 \] true (true|false)\n$/),
  });
});

test("enums, namespaces, parameter properties, decorators, satisfies, class fields", async () => {
  const file = place.write({
    "syntax/app.ts": `
      import { SparkContext } from "firesteel";
      enum Color { Red = 1, Green }
      const enum Size { Small = 7 }
      namespace Geometry { export const area = (w: number, h: number) => w * h; }
      const log: string[] = [];
      function noted(target: object, key: string) { log.push(key); }
      class Point { constructor(readonly x: number, private y = 5) {} @noted sum() { return this.x + this.y; } #hidden = 1; get hidden() { return this.#hidden; } }
      const options = { n: 2 } satisfies Record<string, number>;
      const sc = new SparkContext();
      const got = await sc.parallelize([1, 2], 2).map((x) => [Color[x], Size.Small, Geometry.area(x, options.n)]).collect();
      console.log(JSON.stringify(got), new Point(1).sum(), log, new Point(2).hidden);
      await sc.stop();`,
    "syntax/tsconfig.json": `{ "compilerOptions": { "experimentalDecorators": true } }`,
  });
  expect(await place.submit([file])).toMatchObject({
    code: 0,
    stderr: "",
    stdout: `[["Red",7,2],["Green",7,4]] 6 [ 'sum' ] 1\n`,
  });
});

test("a symlink as the command, a program behind a symlink, paths with blanks and letters of all kinds", async () => {
  const file = place.write({ "Ordner mit Lücke/日本 #1%20.ts": ESM, "Ordner mit Lücke/spaces in name.ts": ESM });
  const bin = join(place.folder, "Ordner mit Lücke", "firesteel");
  symlinkSync(cli, bin);
  mkdirSync(join(place.folder, "links"));
  const link = join(place.folder, "links", "app.ts");
  symlinkSync(file, link);
  for (const program of [file, link, join(place.folder, "Ordner mit Lücke", "spaces in name.ts")]) {
    expect(await place.run(["submit", "--master", "local[2]", program], { command: [bin] })).toMatchObject({
      code: 0,
      stdout: "sum 90\n",
      stderr: "",
    });
  }
});

test("a program is transformed again when it changed", async () => {
  for (const text of ["one", "two", "one"]) {
    const file = place.write({ "changing.ts": `const text: string = "${text}"; console.log(text);` });
    expect((await place.submit([file])).stdout).toBe(`${text}\n`);
  }
});

test("modules of the program find what lies beside them; firesteel is the one that runs it", async () => {
  const file = place.write({
    "beside/app.ts": `import helper from "helper"; import { version } from "firesteel"; console.log(helper, version, process.argv.slice(1).map((x) => x.split("/").pop()));`,
    "beside/node_modules/helper/package.json": `{ "name": "helper", "main": "index.js" }`,
    "beside/node_modules/helper/index.js": `module.exports = "helped";`,
    "beside/node_modules/firesteel/package.json": `{ "name": "firesteel", "main": "index.js" }`,
    "beside/node_modules/firesteel/index.js": `throw new Error("the other one");`,
  });
  expect((await place.submit([file, "arg"])).stdout).toMatch(/^helped \d+\.\d+\.\d+ \[ 'app\.ts', 'arg' \]\n$/);
});
