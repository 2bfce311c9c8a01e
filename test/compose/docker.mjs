/**
 * A Docker daemon and what talks to it: the one that runs, else one that is started for the test in a directory of its own. Where neither
 * is possible `unavailable` says why.
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs to the end. `input` goes to standard input. */
export function run(command, args, { env = {}, timeout = 600_000, cwd, input = "" } = {}) {
  const options = { encoding: "utf8", env: { ...process.env, ...env }, timeout, cwd, input, maxBuffer: 2 ** 28 };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  return { ok: status === 0, code: status, stdout: stdout ?? "", text: `${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}` };
}

export async function openDocker() {
  if (!run("docker", ["--version"]).ok) return { unavailable: "there is no docker command" };
  const compose = run("docker", ["compose", "version"]).ok
    ? ["docker", "compose"]
    : run("docker-compose", ["version"]).ok
      ? ["docker-compose"]
      : null;
  if (compose === null) return { unavailable: "there is neither docker compose nor docker-compose" };
  if (run("docker", ["info"], { timeout: 60_000 }).ok) return { compose, close: () => Promise.resolve() };
  if (process.getuid() !== 0 || !run("dockerd", ["--version"]).ok)
    return { unavailable: "no Docker daemon runs, and none can be started (it needs root and dockerd)" };
  return startDaemon(compose);
}

async function startDaemon(compose) {
  const directory = mkdtempSync(join(tmpdir(), "docker-test-"));
  const socket = `unix://${directory}/docker.sock`;
  const log = join(directory, "log");
  const place = (name) => join(directory, name);
  const daemon = spawn(
    "dockerd",
    ["-H", socket, "--data-root", place("data"), "--exec-root", place("exec"), "--pidfile", place("pid")],
    { stdio: ["ignore", openSync(log, "w"), openSync(log, "a")] },
  );
  let ended = false;
  const end = new Promise((resolve) => daemon.once("close", () => resolve((ended = true))));
  const close = async () => {
    daemon.kill("SIGTERM");
    await Promise.race([end, sleep(60_000)]);
    if (!ended) daemon.kill("SIGKILL");
    // The daemon leaves its network namespace mounted.
    run("sh", ["-c", `awk '{ print $2 }' /proc/mounts | grep '^${directory}/' | sort -r | xargs -r umount -l`]);
    rmSync(directory, { recursive: true, force: true });
  };
  process.env["DOCKER_HOST"] = socket;
  for (let i = 0; i < 60 && !ended; i++) {
    if (run("docker", ["info"], { timeout: 60_000 }).ok) return { compose, close };
    await sleep(500);
  }
  const said = readFileSync(log, "utf8").trim().split("\n").at(-1);
  await close();
  return { unavailable: `dockerd cannot be started: ${said}` };
}

/**
 * The image that the Dockerfile begins with: the one that is there, else from its registry, else one that is made of Debian's packages
 * and the Node that runs this. Returns its name, or `unavailable`.
 */
export function baseImage(wanted) {
  if (run("docker", ["image", "inspect", wanted]).ok) return { image: wanted, made: false };
  if (run("docker", ["pull", "-q", wanted], { timeout: 120_000 }).ok) return { image: wanted, made: false };
  if (!run("debootstrap", ["--version"]).ok)
    return { unavailable: `${wanted} cannot be pulled, and there is no debootstrap to make an image like it` };
  const directory = mkdtempSync(join(tmpdir(), "docker-base-"));
  try {
    return { image: makeBase(directory), made: true };
  } catch (error) {
    return { unavailable: `${wanted} cannot be pulled, and no image like it can be made: ${error.message}` };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function makeBase(directory) {
  const image = "firesteel-test-base";
  const root = join(directory, "root");
  const must = (command, args) => {
    const { ok, text } = run(command, args);
    if (!ok) throw new Error(`${command}: ${text.trim().split("\n").at(-1)}`);
  };
  must("debootstrap", ["--variant=minbase", "--include=ca-certificates,libstdc++6,libatomic1", ...suite(), root, ...mirror()]);
  const bin = join(root, "usr/local/bin");
  cpSync(realpathSync(process.execPath), join(bin, "node"));
  const npm = dirname(dirname(realpathSync(run("sh", ["-c", "command -v npm"]).stdout.trim())));
  cpSync(npm, join(root, "usr/local/lib/node_modules/npm"), { recursive: true });
  for (const name of ["npm", "npx"]) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(bin, name));
  // This machine's authorities: its way to the registry may need one of its own.
  const authorities = "/etc/ssl/certs/ca-certificates.crt";
  if (existsSync(authorities)) cpSync(realpathSync(authorities), join(root, authorities));
  mkdirSync(join(root, "usr/local/etc"), { recursive: true });
  writeFileSync(join(root, "usr/local/etc/npmrc"), `cafile=${authorities}\nupdate-notifier=false\n`);
  must("chroot", [root, "useradd", "--create-home", "--uid", "1000", "node"]);
  must("sh", ["-c", `tar -C "${root}" -c . | docker import --change 'ENV NODE_EXTRA_CA_CERTS=${authorities}' - ${image}`]);
  return image;
}

function suite() {
  const [, name] = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync("/etc/os-release", "utf8")) ?? [];
  return [name ?? "stable"];
}

/** Debian's mirror that this machine uses. */
function mirror() {
  const sources = run("sh", ["-c", "cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null"]).stdout;
  const urls = [...sources.matchAll(/^(?:URIs:|deb )[^\n]*?(https?:\/\/[^\s]+)/gm)].map(([, url]) => url);
  return urls.filter((url) => !url.includes("security")).slice(0, 1);
}
