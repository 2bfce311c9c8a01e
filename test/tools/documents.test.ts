/** What documents and comments say of the tree: the files, links, commands and layers that they name are there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, normalize, relative } from "node:path";

const root = join(__dirname, "../..");

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return entry.name === "node_modules" ? [] : filesBelow(path);
  });
}

const files = [
  ...["bench", "docker", "docs", "examples", "proto", "src", "test", "tools"].flatMap(filesBelow),
  ...readdirSync(root).filter((name) => extname(name) !== ""),
];
const names = new Set(files.map((path) => basename(path)));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const documents = files.filter((path) => path.endsWith(".md"));
const prose = (path: string): string => read(path).replace(/^```[\s\S]*?^```/gm, "");

/** The anchor that a heading has on the pages of a repository. */
const anchor = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replace(/ /g, "-");

const anchorsOf = (path: string): string[] => [...prose(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading!));

test("links between documents lead to files and headings that are there", () => {
  const broken = documents.flatMap((path) =>
    [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => link!)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [file, heading] = link.split("#") as [string, string?];
        const target = file === "" ? path : normalize(join(dirname(path), file));
        return !existsSync(join(root, target)) || (heading !== undefined && !anchorsOf(target).includes(heading));
      })
      .map((link) => `${path}: ${link}`),
  );
  expect(broken).toEqual([]);
});

/** `rdd/create.ts` is there if some file's path ends so. "app.ts" and names of one or two letters stand for a user's file. */
function missingFiles(path: string, text: string): string[] {
  return [...text.matchAll(/(?<![\w@./-])((?:[\w.-]+\/)*[\w-]{3,}(?:\.assembly|\.test|\.d)?\.(?:ts|tsx|proto))(?![\w/])/g)]
    .map(([, name]) => name!.replace(/^(\.\.?\/)+/, ""))
    .filter((name) => name !== "app.ts")
    .filter((name) => !names.has(basename(name)) || !files.some((file) => file === name || file.endsWith(`/${name}`)))
    .map((name) => `${path}: ${name}`);
}

test("source files that documents name are there", () => {
  expect(documents.flatMap((path) => missingFiles(path, prose(path)))).toEqual([]);
});

test("source files that comments name are there", () => {
  const sources = files.filter((path) => /^src\/.*\.tsx?$/.test(path) && !path.includes("/generated/"));
  const comments = (path: string): string => (read(path).match(/\/\*\*?[\s\S]*?\*\/|\/\/ .*$/gm) ?? []).join("\n");
  expect(sources.flatMap((path) => missingFiles(path, comments(path)))).toEqual([]);
});

test("documents name scripts of package.json", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const unknown = documents.flatMap((path) =>
    [...read(path).matchAll(/npm run (?:--silent )?([\w:]+)/g)]
      .map(([, script]) => script!)
      .filter((script) => !(script in scripts))
      .map((script) => `${path}: ${script}`),
  );
  expect(unknown).toEqual([]);
});

test("the index of decisions has each page once, with its title", () => {
  const pages = readdirSync(join(root, "docs/adr")).filter((name) => name !== "README.md");
  const titles = pages.map((name) => {
    const [, number, title] = /^# (\d+)\. (.*)$/m.exec(read(`docs/adr/${name}`)) ?? [];
    return `- [${number?.padStart(4, "0")}](${name}) ${title}`;
  });
  const listed = read("docs/adr/README.md")
    .split("\n")
    .filter((line) => line.startsWith("- "));
  expect(listed.sort()).toEqual(titles.sort());
});

/** The line of layers as lists of those that stand beside each other, the lowest first. */
function layersOf(path: string): string[][] {
  const line = read(path)
    .split("\n")
    .find((text) => /^`?common`? →/.test(text))!;
  return line.split("→").map((group) => group.split(",").map((name) => name.replace(/`/g, "").trim()));
}

test.each(["docs/ARCHITECTURE.md", "src/README.md"])("the layers of %s are those that the rules of imports know", (path) => {
  const { forbidden } = require("../../.dependency-cruiser.cjs") as {
    forbidden: { name: string; to: { path?: string } }[];
  };
  const rules = new Map(
    forbidden
      .filter(({ name }) => name.endsWith("-imports-downwards"))
      .map(({ name, to }) => [name.replace("-imports-downwards", ""), to.path!.match(/[a-z]+(?=\/)(?<!src)/g) ?? []]),
  );
  const layers = layersOf(path);
  expect(layers.flat().sort()).toEqual([...rules.keys()].sort());
  expect(
    readdirSync(join(root, "src"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort(),
  ).toEqual(layers.flat().sort());
  layers.forEach((group, level) => {
    for (const name of group) {
      const refused = layers.slice(level).flat();
      expect({ name, refused: [...rules.get(name)!].sort() }).toEqual({
        name,
        refused: refused.filter((other) => other !== name).sort(),
      });
    }
  });
});

test("each layer has a README that names the folders in it, but for MLlib's areas", () => {
  const silent = readdirSync(join(root, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "mllib")
    .flatMap(({ name: layer }) => {
      const text = read(`src/${layer}/README.md`);
      return readdirSync(join(root, "src", layer), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !text.includes(`\`${entry.name}`) && !text.includes(`${entry.name}/`))
        .map(({ name }) => relative(root, join(root, "src", layer, name)));
    });
  expect(silent).toEqual([]);
});
