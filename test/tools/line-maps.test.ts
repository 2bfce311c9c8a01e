/** Source maps of the package: lines stay, columns and names go. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { transformSync } from "esbuild";

const directory = mkdtempSync(join(tmpdir(), "line-maps-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("each place of the code leads to the line that it led to", () => {
  const source =
    "const one = () => { throw new Error(`a${\n  1\n}`); };\n\n/** Two. */\nfunction two(): void {\n  one(); one();\n}\ntwo();\n";
  const { code, map } = transformSync(source, { loader: "ts", sourcefile: "a.ts", sourcemap: "external" });
  const file = join(directory, "a.js.map");
  writeFileSync(file, map);
  const tool = pathToFileURL(resolve("tools/line-maps.mjs")).href;
  execFileSync(process.execPath, ["--input-type=module", "-e", `(await import("${tool}")).keepLines(${JSON.stringify(file)})`]);
  const short = JSON.parse(readFileSync(file, "utf8")) as ConstructorParameters<typeof SourceMap>[0];
  const [before, after] = [new SourceMap(JSON.parse(map) as typeof short), new SourceMap(short)];
  const lines = code.split("\n");
  const places = lines.flatMap((line, row) => Array.from(line, (_, column) => [row, column] as const));
  const lineOf = (of: SourceMap, [row, column]: readonly [number, number]): unknown =>
    (of.findEntry(row, column) as { originalLine?: number }).originalLine;
  expect(places.map((place) => lineOf(after, place))).toEqual(places.map((place) => lineOf(before, place)));
  expect(places.length).toBeGreaterThan(50);
  expect([short.names, short.mappings.length < (JSON.parse(map) as typeof short).mappings.length]).toEqual([[], true]);
});
