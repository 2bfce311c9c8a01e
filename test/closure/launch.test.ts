/** One program under every way to start it: the same captures work, from TypeScript, JavaScript and bundles. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Format, buildSync, transformSync } from "esbuild";
import { type BuiltKit, buildKit } from "./support/build";

const ROOT = join(__dirname, "../..");
const PACKAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "cjs-only": {
    "package.json": JSON.stringify({ name: "cjs-only", version: "1.0.0" }),
    "index.js": 'exports.whole = "cjs-only"; exports.named = function named() { return "named of cjs-only"; };',
  },
  "esm-only": {
    "package.json": JSON.stringify({ name: "esm-only", version: "1.0.0", type: "module", exports: "./index.js" }),
    "index.js":
      'const factor = 10;\nexport function scale(x) { return x * factor; }\nexport class Vector { constructor(x) { this.x = x; } }\nexport default "esm-only";\n',
  },
  dual: {
    "package.json": JSON.stringify({
      name: "dual",
      version: "1.0.0",
      exports: { ".": { import: "./index.mjs", require: "./index.cjs" } },
    }),
    "index.mjs": 'export class Point { face = "import"; constructor(x) { this.x = x; } }\n',
    "index.cjs": 'exports.Point = class Point { constructor(x) { this.face = "require"; this.x = x; } };\n',
  },
};

let kit: BuiltKit;

beforeAll(() => {
  kit = buildKit();
});

afterAll(() => {
  kit.remove();
});

test("tsx, ES modules", () => {
  const folder = makeApp("tsx-esm", "module");
  expect(run(process.execPath, [join(ROOT, "node_modules/tsx/dist/cli.mjs"), "main.ts"], folder)).toEqual([]);
});

test("tsx, CommonJS", () => {
  const folder = makeApp("tsx-cjs", "commonjs");
  expect(run(process.execPath, [join(ROOT, "node_modules/tsx/dist/cli.mjs"), "main.ts"], folder)).toEqual([]);
});

test("node, built ES modules", () => {
  const folder = makeApp("node-esm", "module");
  buildFiles(folder, "esm");
  expect(run(process.execPath, ["out/main.js"], folder)).toEqual([]);
});

test("node, built CommonJS", () => {
  const folder = makeApp("node-cjs", "commonjs");
  buildFiles(folder, "cjs");
  expect(run(process.execPath, ["out/main.js"], folder)).toEqual([]);
});

test.each(["esm", "cjs"] as const)("esbuild bundle, %s", (format) => {
  const folder = makeApp(`bundle-${format}`, format === "esm" ? "module" : "commonjs");
  const packages = "external" as const;
  const outfile = join(folder, `bundle.${format === "esm" ? "mjs" : "cjs"}`);
  buildSync({
    entryPoints: [join(folder, "main.ts")],
    bundle: true,
    platform: "node",
    format,
    target: "node20.19",
    packages,
    sourcemap: true,
    outfile,
    logLevel: "error",
  });
  expect(run(process.execPath, [outfile], folder)).toEqual([]);
});

/** A project of its own with the program, the catalogue and three packages. */
function makeApp(name: string, type: "module" | "commonjs"): string {
  const folder = join(kit.folder, name);
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "app", type }));
  cpSync(join(__dirname, "../programs/closure"), folder, { recursive: true });
  cpSync(join(__dirname, "fixtures"), join(folder, "fixtures"), { recursive: true });
  cpSync(join(__dirname, "catalogue.ts"), join(folder, "catalogue.ts"));
  mkdirSync(join(folder, "support"));
  cpSync(join(__dirname, "support/peer-client.ts"), join(folder, "support/peer-client.ts"));
  symlinkSync(join(ROOT, "node_modules/acorn"), join(folder, "node_modules/acorn"));
  for (const [packageName, files] of Object.entries(PACKAGES)) {
    mkdirSync(join(folder, "node_modules", packageName));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, "node_modules", packageName, file), text);
  }
  return folder;
}

/** File by file, as tsc would: imports stay imports. */
function buildFiles(folder: string, format: Format): void {
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const source = join(folder, entry);
    if (entry.startsWith("node_modules") || entry.startsWith("out") || !statSync(source).isFile()) continue;
    const target = join(folder, "out", entry.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    if (!entry.endsWith(".ts")) {
      cpSync(source, target);
      continue;
    }
    const { code } = transformSync(readFileSync(source, "utf8"), {
      loader: "ts",
      format,
      target: "node20.19",
      platform: "node",
      sourcefile: source,
      sourcemap: "inline",
    });
    writeFileSync(target, withExtensions(code, folder, entry));
  }
}

/** Node's ES modules want whole file names. */
function withExtensions(code: string, folder: string, entry: string): string {
  return code.replace(/((?:from |import\()")(\.[^"]*)(")/g, (whole, before: string, specifier: string, after: string) => {
    if (/\.(?:json|js)$/.test(specifier)) return whole;
    const path = join(folder, dirname(entry), specifier);
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    return `${before}${specifier}${isFolder ? "/index" : ""}.js${after}`;
  });
}

/** The program's failures. */
function run(command: string, args: string[], cwd: string): string[] {
  const lines = readFileSync(join(cwd, "main.ts"), "utf8").split("\n");
  const line = lines.findIndex((text) => text.includes("the line that the stack must name"));
  const column = (lines[line] as string).indexOf("new TypeError");
  const env = {
    ...process.env,
    NODE_OPTIONS: "",
    CLOSURE_KIT: join(kit.folder, "entry.cjs"),
    CLOSURE_LINE: `${line + 1}:${column + 1}`,
  };
  const output = execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const { passed, failures } = JSON.parse(output.trim().split("\n").at(-1) as string) as { passed: number; failures: string[] };
  expect(passed).toBeGreaterThan(60);
  return failures;
}
