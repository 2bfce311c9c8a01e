/** The secret that the processes of a cluster share, and what is allowed without one. */
import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { UsageError } from "../common/errors";

/** How daemons give it to drivers that they start; taken out of the environment before user code runs. */
export const CLUSTER_SECRET_VARIABLE = "FIRESTEEL_CLUSTER_SECRET";
const CLUSTER_SECRET_FILE_VARIABLE = "FIRESTEEL_CLUSTER_SECRET_FILE";
const SECRET_KEY = "spark.authenticate.secret";
const SECRET_FILE_KEY = "spark.authenticate.secret.file";
const MIN_SECRET = 16;

let fromEnvironment: { secret: string | undefined; file: string | undefined } | undefined;

function environment(): { secret: string | undefined; file: string | undefined } {
  fromEnvironment ??= { secret: process.env[CLUSTER_SECRET_VARIABLE], file: process.env[CLUSTER_SECRET_FILE_VARIABLE] };
  delete process.env[CLUSTER_SECRET_VARIABLE];
  delete process.env[CLUSTER_SECRET_FILE_VARIABLE];
  return fromEnvironment;
}

/**
 * spark.authenticate.secret, else the file of spark.authenticate.secret.file, else FIRESTEEL_CLUSTER_SECRET or the file of
 * FIRESTEEL_CLUSTER_SECRET_FILE. Empty when there is none. Throws a UsageError for one that is too short to be one.
 */
export function clusterSecret(get: (key: string) => string | undefined): Buffer {
  const variables = environment();
  const file = get(SECRET_FILE_KEY);
  const [text, origin] =
    get(SECRET_KEY) !== undefined
      ? [get(SECRET_KEY)!, SECRET_KEY]
      : file !== undefined
        ? [readSecret(file, SECRET_FILE_KEY), file]
        : variables.secret !== undefined
          ? [variables.secret, CLUSTER_SECRET_VARIABLE]
          : variables.file !== undefined
            ? [readSecret(variables.file, CLUSTER_SECRET_FILE_VARIABLE), variables.file]
            : ["", ""];
  if (origin !== "" && text.length < MIN_SECRET)
    throw new UsageError(
      "SECRET_TOO_SHORT",
      `The cluster's secret (${origin}) has ${text.length} characters: at least ${MIN_SECRET} are needed, for instance of openssl rand -hex 32.`,
    );
  if (origin === "" && get("spark.authenticate") === "true")
    throw new UsageError(
      "SECRET_MISSING",
      `spark.authenticate is true, but there is no secret: set ${SECRET_KEY} or ${SECRET_FILE_KEY}.`,
    );
  return Buffer.from(text);
}

function readSecret(file: string, origin: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new UsageError("SECRET_FILE", `The file of ${origin} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

/** Settings that stay where they were given: they are not told to executors or written down. */
export function isClusterSecret(key: string): boolean {
  return key === SECRET_KEY || key === SECRET_FILE_KEY;
}

/** Whether only this machine can connect to the host's addresses. */
export async function isLoopback(host: string): Promise<boolean> {
  try {
    const addresses = await lookup(host, { all: true });
    return addresses.length > 0 && addresses.every(({ address }) => /^127\.|^::1$|^::ffff:127\./.test(address));
  } catch {
    return false;
  }
}

/** Throws a UsageError when `host` is open to others and there is no secret that would keep them out. */
export async function checkReach(host: string, secret: Uint8Array, who: string): Promise<void> {
  if (secret.length > 0 || (await isLoopback(host))) return;
  throw new UsageError(
    "NO_SECRET",
    `${who} has no secret, so it listens on this machine only, and not on ${host}: everybody who reaches the port could run programs. ` +
      `Give all processes of the cluster the same --secret-file, or use --host 127.0.0.1.`,
  );
}
