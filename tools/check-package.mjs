/**
 * The package as users get it: packed, installed in an empty folder, then type-checked against and run in every way that
 * programs are started. Prints what failed with its last lines, and "N passed, N failed" at the end.
 *
 *   node tools/check-package.mjs [--programs FOLDER] [--node PATH] [--only TEXT] [--ways LIST] [--keep]
 *
 * Ways to start a program: submit, tsx, compiled, bundled and jest; `--ways submit,bundled` takes these only.
 *
 * A program says on a line of its own where it is to run: "Run on MASTER and MASTER with OPTIONS"; else it is local[2] and
 * local-cluster[2,1,1024]. It passes when it exits with 0 and its last line is `ok`.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values: options } = parseArgs({
  options: {
    programs: { type: "string", default: join(root, "test/programs") },
    node: { type: "string", default: process.execPath },
    only: { type: "string", default: "" },
    ways: { type: "string", default: "submit,tsx,compiled,bundled,jest" },
    keep: { type: "boolean", default: false },
  },
});
const TIMEOUT_MS = 300_000;
// Programs wait for each other's processes more than they compute.
const AT_A_TIME = 2;
const MASTERS = ["local[2]", "local-cluster[2,1,1024]"];
const MAX_PACKED_BYTES = 4 * 2 ** 20;
const PACKED = /^package\/(dist\/|examples\/[^/]+\.ts$|README\.md$|LICENSE$|package\.json$)/;

const ways = new Set(options.ways.split(","));

const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const app = mkdtempSync(join(tmpdir(), "package-of-firesteel-"));
const environment = { ...process.env, PATH: `${dirname(resolve(options.node))}${delimiter}${process.env.PATH}` };
// A run under `npm run` hands its own configuration to every npm that it starts.
for (const key of Object.keys(environment)) if (/^npm_|^(NODE_OPTIONS|FIRESTEEL_)/i.test(key)) delete environment[key];
let passed = 0;
let failed = 0;

/** Runs a command to its end; its output, or an error with it. */
function run(command, args, { cwd = app, env = {} } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env: { ...environment, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (errors += chunk));
    const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
    child.on("error", fail);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return done(output);
      const last = `${output}${errors}`.trim().split("\n").slice(-25).join("\n");
      fail(Object.assign(new Error(`exit ${code ?? signal}\n${last}`), { code, output, errors }));
    });
  });
}

async function check(name, body) {
  if (!name.includes(options.only)) return;
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    await body();
    passed++;
    console.log(`ok      ${name} (${seconds()})`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name} (${seconds()})\n${String(error.message).replace(/^/gm, "        ")}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

async function endsWithOk(running) {
  const last = (await running).trim().split("\n").at(-1);
  expect(last === "ok", `the last line is "${last}"`);
}

/** The programs of the folder, and where each is to run. */
function programs() {
  return readdirSync(join(app, "programs"))
    .filter((file) => /\.[cm]?ts$/.test(file))
    .map((file) => {
      const where = /Run on (\S+(?: and \S+)*)(?: with (.*))?$/m.exec(readFileSync(join(app, "programs", file), "utf8"));
      return { file, masters: where?.[1].split(" and ") ?? MASTERS, settings: where?.[2]?.split(/\s+/) ?? [] };
    });
}

const npm = (...args) => run("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"]);
const bin = (name) => join(app, "node_modules/.bin", name);

async function packAndInstall() {
  const packed = JSON.parse(
    await run("npm", ["pack", "--json", "--pack-destination", app], { cwd: root }).then((text) => text.slice(text.indexOf("["))),
  );
  const { filename, size, files } = packed[0];
  await check("package: nothing but what users need", async () => {
    const listed = (await run("tar", ["tzf", join(app, filename)])).trim().split("\n");
    const strange = listed.filter((path) => !PACKED.test(path) || /\.test\.|\/test\//.test(path));
    expect(strange.length === 0, `in the package: ${strange.join(", ")}`);
    for (const needed of ["dist/index.mjs", "dist/index.d.mts", "dist/cli.js", "LICENSE"]) {
      expect(
        files.some(({ path }) => path === needed),
        `${needed} is not in the package`,
      );
    }
    expect(size < MAX_PACKED_BYTES, `the package has ${size} bytes`);
  });
  writeFileSync(join(app, "package.json"), `{ "name": "app", "private": true }\n`);
  await npm("install", `./${filename}`);
  await check("package: installs no tool for development", async () => {
    const installed = readdirSync(join(app, "node_modules"));
    const tools = installed.filter((name) => /^(typescript|jest|eslint|tsx|@swc|@jest|prettier)$/.test(name));
    expect(tools.length === 0, `installed: ${tools.join(", ")}`);
    const scripts = Object.keys(JSON.parse(readFileSync(join(app, "node_modules/firesteel/package.json"), "utf8")).scripts);
    expect(!scripts.some((name) => /^(pre|post)?install$/.test(name)), "it has an install script");
  });
}

async function commandLine() {
  await check("npx firesteel --version", async () =>
    expect(/^\d+\.\d+\.\d+\n$/.test(await run("npx", ["firesteel", "--version"])), "no version"),
  );
  await check("npx firesteel run-example pi", async () => {
    expect(/3\.1\d+/.test(await run("npx", ["firesteel", "run-example", "--master", "local[2]", "pi", "1"])), "no 3.1…");
  });
  await check("firesteel submit missing.ts", async () => {
    const error = await run(bin("firesteel"), ["submit", "missing.ts"]).then(
      () => null,
      (reason) => reason,
    );
    expect(error?.code === 1 && error.errors.trim().split("\n").length === 1, `not one clear line: ${error?.errors}`);
  });
}

async function types() {
  const files = programs().map(({ file }) => join("programs", file));
  const common = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2023", "--allowImportingTsExtensions"];
  const modules = [
    ["nodenext", "nodenext"],
    ["node16", "node16"],
    ["preserve", "bundler"],
  ];
  await someAtATime(
    modules.map(
      ([module, resolution]) =>
        () =>
          check(`tsc --strict, ${resolution}`, () =>
            run(bin("tsc"), [...common, "--module", module, "--moduleResolution", resolution, ...files]),
          ),
    ),
  );
}

/** The programs as JavaScript: file by file in out/, each in one file in bundled/. */
async function compile() {
  const files = programs().map(({ file }) => join("programs", file));
  const flags = [
    "--target",
    "es2022",
    "--module",
    "nodenext",
    "--rewriteRelativeImportExtensions",
    "--sourceMap",
    "--outDir",
    "out",
    "--rootDir",
    "programs",
  ];
  await run(bin("tsc"), [...flags, ...files]);
  writeFileSync(join(app, "out/package.json"), `{ "type": "module" }\n`);
  const shared = {
    absWorkingDir: app,
    bundle: true,
    platform: "node",
    target: "node20",
    packages: "external",
    sourcemap: true,
    outdir: "bundled",
  };
  const esm = files.filter((file) => !file.endsWith(".cts"));
  const cjs = files.filter((file) => file.endsWith(".cts"));
  await build({ ...shared, entryPoints: esm, format: "esm", outExtension: { ".js": ".mjs" } });
  await build({ ...shared, entryPoints: cjs, format: "cjs", outExtension: { ".js": ".cjs" } });
}

async function launches() {
  const checks = [];
  for (const { file, masters, settings } of programs()) {
    const name = basename(file).replace(/\.([cm]?)ts$/, "");
    const suffix = file.endsWith(".cts") ? "cjs" : "mjs";
    for (const master of masters) {
      const args = ["--master", master, ...settings];
      const env = { FIRESTEEL_SUBMIT_ARGS: args.join(" ") };
      const commands = {
        submit: ["npx", ["firesteel", "submit", ...args, join("programs", file)]],
        tsx: ["npx", ["tsx", join("programs", file)], { env }],
        compiled: ["node", [join("out", `${name}.${suffix === "cjs" ? "cjs" : "js"}`)], { env }],
        bundled: ["node", [join("bundled", `${name}.${suffix}`)], { env }],
      };
      for (const [way, command] of Object.entries(commands))
        if (ways.has(way)) checks.push(() => check(`${way} ${name}, ${master}`, () => endsWithOk(run(...command))));
    }
  }
  await someAtATime(checks);
}

async function someAtATime(checks) {
  const waiting = checks.values();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (const next of waiting) await next();
    }),
  );
}

/** Each program as a test of plain JavaScript in a project without any configuration. */
async function inJest() {
  const folder = join(app, "jest");
  const sources = join(app, "jest-sources");
  for (const made of [folder, sources]) mkdirSync(made);
  writeFileSync(join(folder, "package.json"), `{ "name": "tested", "private": true }\n`);
  const here = programs().filter(({ file }) => !file.endsWith(".cts"));
  for (const { file, masters, settings } of here) {
    const text = readFileSync(join(app, "programs", file), "utf8");
    const imports = /^import\b[^;]*;$/gm;
    writeFileSync(
      join(sources, file.replace(/ts$/, "test.ts")),
      `${text.match(imports).join("\n")}
process.env["FIRESTEEL_SUBMIT_ARGS"] = ${JSON.stringify(["--master", masters[0], ...settings].join(" "))};
test(${JSON.stringify(file)}, async () => {\n${text.replace(imports, "")}\n}, ${TIMEOUT_MS});\n`,
    );
  }
  if (existsSync(join(app, "programs/lib"))) cpSync(join(app, "programs/lib"), join(sources, "lib"), { recursive: true });
  const relative = {
    name: "modules stay modules",
    setup: (plugin) =>
      plugin.onResolve({ filter: /^\.{1,2}\// }, ({ path, kind }) =>
        kind === "entry-point" ? undefined : { path: path.replace(/\.ts$/, ".js"), external: true },
      ),
  };
  await build({
    absWorkingDir: sources,
    entryPoints: readdirSync(sources, { recursive: true }).filter((file) => file.endsWith(".ts")),
    outdir: folder,
    bundle: true,
    packages: "external",
    plugins: [relative],
    platform: "node",
    target: "node20",
    format: "cjs",
    supported: { "dynamic-import": false },
  });
  const inFolder = (file) => () => run(bin("jest"), [file.replace(/ts$/, "test")], { cwd: folder });
  await someAtATime(
    here.map(
      ({ file }) =>
        () =>
          check(`jest ${file}`, inFolder(file)),
    ),
  );
}

try {
  console.log(`Node ${(await run(options.node, ["--version"])).trim()}, programs of ${options.programs}`);
  await packAndInstall();
  await commandLine();
  cpSync(options.programs, join(app, "programs"), { recursive: true });
  await run("chmod", ["-R", "u+w", "programs"]);
  writeFileSync(join(app, "programs/package.json"), `{ "type": "module" }\n`);
  await npm("install", "--save-dev", ...["typescript", "tsx", "jest"].map((name) => `${name}@${devDependencies[name]}`));
  await types();
  await compile();
  await launches();
  if (ways.has("jest")) await inJest();
} finally {
  if (options.keep) console.log(`kept: ${app}`);
  else rmSync(app, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
