/** Cells as functions: declarations become variables of the session, values are handed out. */
import { compileCell, prepareCell } from "../../../src/cli/shell/cell";
import type { ValueMode } from "../../../src/cli/shell/rewrite";
import { CellSyntaxError } from "../../../src/cli/shell/transform";

class Prompt {
  readonly scope: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly printed: unknown[] = [];
  #cells = 0;

  async run(text: string, mode: ValueMode = "last"): Promise<unknown> {
    const cell = await prepareCell({ text, path: `/nowhere/prompt-${++this.#cells}` }, mode);
    const body = compileCell(cell, this.scope);
    for (const name of cell.declared) if (!(name in this.scope)) this.scope[name] = undefined;
    const result = await body({
      await: (value) => value,
      iterate: (source) => source as AsyncIterable<unknown>,
      // Bundles are what Jest can load.
      import: async (specifier) => (specifier === "#twice" ? { default: (x: number) => 2 * x, half: 0.5 } : {}),
      print: async (value) => void this.printed.push(await value),
    });
    return result?.value;
  }
}

test("declarations of every kind live on and may be made again", async () => {
  const prompt = new Prompt();
  await prompt.run("const a: number = 1; let b = a + 1, c: string; var d = 4");
  await prompt.run("class Point { constructor(readonly x: number) {} get twice() { return 2 * this.x } }");
  await prompt.run("enum Colour { Red = 1, Green }");
  await prompt.run("const { p, q: [r, ...rest], ...others } = { p: 1, q: [2, 3, 4], s: 5 }");
  expect(await prompt.run("[a, b, c, d, new Point(3).twice, Colour.Green, p, r, rest, others]")).toEqual([
    1,
    2,
    undefined,
    4,
    6,
    2,
    1,
    2,
    [3, 4],
    { s: 5 },
  ]);
  await prompt.run("const a = 'text'; class Point { v = 7 }; enum Colour { Blue = 9 }; var d");
  expect(await prompt.run("[a, new Point().v, Object.keys(Colour), d]")).toEqual(["text", 7, ["9", "Blue"], 4]);
});

test("a function sees what its names mean when it is called", async () => {
  const prompt = new Prompt();
  await prompt.run("const k = 2; function f(x: number): number { return g(x) * k } function g(x) { return x + 1 }");
  expect(await prompt.run("f(1)")).toBe(4);
  await prompt.run("function g(x) { return x + 10 }");
  await prompt.run("let k = 3");
  expect(await prompt.run("f(1)")).toBe(33);
  expect(await prompt.run("f.name")).toBe("f");
});

test("functions are there from the beginning of their cell, variables of blocks stay in them", async () => {
  const prompt = new Prompt();
  expect(await prompt.run("twice(4);\nfunction twice(x) { return 2 * x }\ntwice(5)")).toBe(10);
  await prompt.run("for (var i = 0; i < 3; i++) { var last = i; let inner = i } for (let j of [1]) {}");
  expect(await prompt.run("[i, last, typeof inner, typeof j]")).toEqual([3, 2, "undefined", "undefined"]);
  await prompt.run("for (var key in { a: 1 });");
  expect(await prompt.run("key")).toBe("a");
});

test.each([
  ["1 + 1", 2],
  ["{ a: 1, b: [2] }", { a: 1, b: [2] }],
  ["{}", {}],
  ['"text"', "text"],
  ["const x = 1", undefined],
  ["let y = 1; y = 2", undefined],
  ["if (true) 5", undefined],
  ["await Promise.resolve(3)", 3],
  ["(await Promise.resolve([1, 2]))[1] // a comment", 2],
  ["(1, 2);", 2],
  ["x as number", 1],
  ["<T,>(v: T) => v", expect.any(Function)],
  ["let n = 0; for await (const one of [Promise.resolve(1), 2]) n += one; n", 3],
])("the value of %s", async (text, value) => {
  const prompt = new Prompt();
  prompt.scope["x"] = 1;
  expect(await prompt.run(text)).toEqual(value);
});

test("a script hands out each of its values", async () => {
  const prompt = new Prompt();
  await prompt.run("const a = 1\na\nPromise.resolve(2)\na + 2; if (a) { a }\nundefined", "each");
  expect(prompt.printed).toEqual([1, 2, 3, undefined]);
});

test("imports become variables, exports lose their keyword", async () => {
  const prompt = new Prompt();
  await prompt.run(
    'half2();\nimport twice, { half as h } from "#twice"; import * as all from "#twice"; function half2() { return h }',
  );
  expect(await prompt.run("[twice(4), h, all.half]")).toEqual([8, 0.5, 0.5]);
  await prompt.run("export const one = 1; export default function two() { return 2 } export { one as uno }");
  expect(await prompt.run("one + two()")).toBe(3);
});

test("positions are those of the text", async () => {
  const prompt = new Prompt();
  const cell = await prepareCell(
    { text: "const a = 1;\nfunction f(): void {\n  throw new Error('x') }\nf()", path: "/nowhere/prompt-1" },
    "last",
  );
  const map = JSON.parse(Buffer.from(cell.sourceMapUrl.replace(/^.*,/, ""), "base64").toString()) as {
    sources: string[];
    mappings: string;
  };
  expect(map.sources).toEqual(["/nowhere/prompt-1"]);
  const { SourceMap } = await import("node:module");
  const at = cell.text.slice(0, cell.text.indexOf("throw")).split("\n");
  const entry = new SourceMap(map as never).findEntry(at.length - 1, at.at(-1)!.length);
  expect(entry).toMatchObject({ originalLine: 2, originalColumn: 2 });
  expect(await prompt.run("1")).toBe(1);
});

test.each([
  ["f(", true],
  ["function f() {", true],
  ["const x =", true],
  ["[1,\n 2", true],
  ["`text", true],
  ["/* note", true],
  ["x =>", true],
  ["df.select('a'", true],
  ["'text", false],
  ["a b", false],
  ["const x", false],
  [")", false],
  ["/x", false],
  ["f(\n'abc\n)", false],
])("%j: more lines can help: %s", async (text, incomplete) => {
  const error = await prepareCell({ text, path: "/nowhere/prompt-1" }, "last").catch((one: unknown) => one);
  expect(error).toBeInstanceOf(CellSyntaxError);
  expect((error as CellSyntaxError).incomplete).toBe(incomplete);
});
