/** `--packages`: npm packages by name and version, fetched once by the npm of this machine into a folder of the user's cache. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterError, UsageError } from "../common/errors";
import { setExtraPackages } from "../common/extra-packages";
import { log } from "../common/log";
import type { Settings } from "../common/submit-options";
import { userCache } from "../common/user-cache";

const PACKAGE = /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)@([^\s@,]+)$/i;
const NPM = process.platform === "win32" ? "npm.cmd" : "npm";

/**
 * Makes the packages of `spark.jars.packages` importable for the program or shell of this process; whether there are any. Throws where they cannot be
 * had.
 */
export function providePackages(settings: Settings): boolean {
  const list = (key: string): string[] =>
    (settings.get(key)?.value ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  const wanted = list("spark.jars.packages").map(parsed);
  if (wanted.length === 0) return false;
  const repositories = list("spark.jars.repositories");
  if (repositories.length > 1)
    throw new UsageError("UNSUPPORTED_OPTION", `--repositories takes one registry, not ${repositories.length}: npm asks one.`);
  const dependencies = Object.fromEntries(wanted.sort(([a], [b]) => (a < b ? -1 : 1)));
  setExtraPackages(fetched(dependencies, repositories[0]));
  return true;
}

function parsed(text: string): [name: string, version: string] {
  const [, name, version] = PACKAGE.exec(text) ?? [];
  if (name !== undefined && version !== undefined) return [name, version];
  throw new UsageError(
    "INVALID_PACKAGE",
    `--packages takes npm packages with their versions, such as left-pad@1.3.0,@scope/name@2.0.1, not "${text}".`,
  );
}

/** The folder that holds them, by what they are and what binary packages depend on. */
function fetched(dependencies: Readonly<Record<string, string>>, registry: string | undefined): string {
  const key = [dependencies, registry ?? "", process.platform, process.arch, process.versions.modules];
  const name = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32);
  const cache = userCache();
  const root = cache === null ? mkdtempSync(join(tmpdir(), "firesteel-packages-")) : join(cache, "packages");
  const folder = join(root, name);
  if (existsSync(folder)) return folder;
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const staging = mkdtempSync(join(root, "incoming-"));
  try {
    writeFileSync(join(staging, "package.json"), JSON.stringify({ private: true, dependencies }));
    log.info(`npm fetches ${Object.keys(dependencies).join(", ")}`);
    npm(staging, registry, dependencies);
    renameSync(staging, folder);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    // Another process was faster.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function npm(folder: string, registry: string | undefined, dependencies: Readonly<Record<string, string>>): void {
  // Scripts of packages are code that nobody looked at: they are not run.
  const args = ["install", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  try {
    execFileSync(NPM, registry === undefined ? args : [...args, `--registry=${registry}`], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] }); // prettier-ignore
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: Buffer };
    const names = Object.entries(dependencies).map(([name, version]) => `${name}@${version}`);
    const why =
      code === "ENOENT" ? "npm is not installed on this machine" : firstError(String(stderr ?? (error as Error).message));
    throw new ClusterError("PACKAGES_NOT_FETCHED", `--packages ${names.join(",")}: ${why}.`, { cause: error });
  }
}

/** What npm says first beside its code. */
function firstError(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/^npm (?:error|ERR!)\s*/, "").trim());
  const told = lines.find(
    (line) => line !== "" && !/^(?:code|errno|syscall|A complete log)/.test(line) && !/^npm warn/i.test(line),
  );
  return `npm could not fetch them: ${(told ?? "no reason was given").replace(/\.$/, "")}`;
}
