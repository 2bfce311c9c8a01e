/**
 * The handshake of a session. Both sides hold the application's secret and prove it to the other by an HMAC over a
 * nonce of each side, so that neither a caller without the secret nor a false driver learns or gets anything:
 *
 *   executor → driver   Hello      versions, ids, nonce E
 *   driver → executor   Challenge  nonce D, HMAC(secret, "driver", ids, E, D)
 *   executor → driver   Register   HMAC(secret, "executor", ids, E, D), …
 *
 * The secret reaches an executor by its environment or a file, never by its command line.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { ClusterError } from "../common/errors";

export const SECRET_VARIABLE = "FIRESTEEL_SECRET";
/** Path of a file that holds the secret; "-" reads standard input to its end. */
export const SECRET_FILE_VARIABLE = "FIRESTEEL_SECRET_FILE";
const MIN_SECRET = 16;
const NONCE_BYTES = 32;

export interface SessionIds {
  readonly applicationId: string;
  readonly executorId: string;
}

export function newNonce(): Buffer {
  return randomBytes(NONCE_BYTES);
}

/** A secret for one application, as text: 256 random bits. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What `side` sends to show that it holds the secret. */
export function proofOf(
  secret: Uint8Array,
  side: "driver" | "executor",
  ids: SessionIds,
  nonceOfExecutor: Uint8Array,
  nonceOfDriver: Uint8Array,
): Buffer {
  return createHmac("sha256", secret)
    .update(JSON.stringify(["firesteel session", side, ids.applicationId, ids.executorId]))
    .update(nonceOfExecutor)
    .update(nonceOfDriver)
    .digest();
}

/** What a peer of a master, or the master, sends to show that it holds the cluster's secret. */
export function clusterProof(
  secret: Uint8Array,
  side: "peer" | "master",
  role: string,
  nonceOfPeer: Uint8Array,
  nonceOfMaster: Uint8Array,
): Buffer {
  return createHmac("sha256", secret)
    .update(JSON.stringify(["firesteel cluster", side, role]))
    .update(nonceOfPeer)
    .update(nonceOfMaster)
    .digest();
}

/** The secret of one application of a cluster, as text: who holds the cluster's secret can make it from the application's salt. */
export function applicationSecret(clusterSecret: Uint8Array, salt: Uint8Array): string {
  return createHmac("sha256", clusterSecret).update("firesteel application").update(salt).digest("base64url");
}

/** Whether a nonce and proof of the other side are as they must be. Takes the same time wherever the proof is wrong. */
export function proves(given: Uint8Array, expected: Uint8Array): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export function isNonce(bytes: Uint8Array): boolean {
  return bytes.length === NONCE_BYTES;
}

/**
 * The secret that this process was given, taken out of `env` so that no code that runs later finds it there. Throws a
 * ClusterError when there is none.
 */
export function takeSecret(env: NodeJS.ProcessEnv): Buffer {
  const value = env[SECRET_VARIABLE];
  const file = env[SECRET_FILE_VARIABLE];
  delete env[SECRET_VARIABLE];
  delete env[SECRET_FILE_VARIABLE];
  let secret: Buffer;
  if (value !== undefined) secret = Buffer.from(value);
  else if (file !== undefined) secret = Buffer.from(readFileSync(file === "-" ? 0 : file, "utf8").trim());
  else
    throw new ClusterError(
      "NO_SECRET",
      `The application's secret is missing: set ${SECRET_VARIABLE} or ${SECRET_FILE_VARIABLE}.`,
    );
  if (secret.length < MIN_SECRET)
    throw new ClusterError("NO_SECRET", `The application's secret must have at least ${MIN_SECRET} characters.`);
  return secret;
}
