/** A PostgreSQL server of its own for a test, from the system's package; null where there is none. Loopback, any free port. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface PostgresServer {
  readonly url: string;
  query(sql: string): string;
  stop(): Promise<void>;
}

function programs(): string | null {
  const root = "/usr/lib/postgresql";
  const [version] = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folder = version === undefined ? null : join(root, version, "bin");
  return folder !== null && existsSync(join(folder, "initdb")) ? folder : null;
}

export const hasPostgres: boolean = programs() !== null;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The server refuses to run as root: then it runs as the user that its package made. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

export async function startPostgres(): Promise<PostgresServer> {
  const bin = programs()!;
  const as = owner();
  const directory = mkdtempSync(join(tmpdir(), "postgres-"));
  chmodSync(directory, 0o700);
  if (as !== undefined) chownSync(directory, as.uid, as.gid);
  const data = join(directory, "data");
  const run = { ...as, cwd: directory, env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" } };
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "tester", "--auth=trust", "--no-sync", "-E", "UTF8"], { ...run, stdio: "ignore" }); // prettier-ignore
  const port = await freePort();
  const settings = ["-h", "127.0.0.1", "-p", String(port), "-k", directory, "-F", "-c", "log_statement=all"];
  const server: ChildProcess = spawn(join(bin, "postgres"), ["-D", data, ...settings], { ...run, stdio: "ignore" });
  const query = (sql: string): string =>
    execFileSync(join(bin, "psql"), ["-h", "127.0.0.1", "-p", String(port), "-U", "tester", "-d", "postgres", "-tAXq", "-v", "ON_ERROR_STOP=1", "-c", sql], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(); // prettier-ignore
  for (let tries = 0; ; tries++) {
    try {
      query("SELECT 1");
      break;
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    url: `jdbc:postgresql://tester@127.0.0.1:${port}/postgres`,
    query,
    stop: () =>
      new Promise((resolve) => {
        server.once("exit", () => {
          rmSync(directory, { recursive: true, force: true });
          resolve();
        });
        server.kill("SIGINT");
      }),
  };
}
