/**
 * Who may open a stream at all: its headers show that the caller holds the secret, before any of its messages is taken in. Without that a
 * stranger could make the port gather a message of any length. The handshake on the stream (auth.ts) follows: it proves both sides to
 * each other, which headers cannot.
 */
import { createHmac } from "node:crypto";
import type { Metadata, ServerDuplexStream } from "@grpc/grpc-js";
import { isNonce, newNonce, proves } from "./auth";
import type { Port } from "./port";
import { wire } from "./wire";

const NONCE = "firesteel-nonce-bin";
const PROOF = "firesteel-proof-bin";
const REFUSAL = "This connection does not show that it holds the secret, or it comes from another version of firesteel.";
/** Headers that were used before are refused as long as they are among so many. */
const REMEMBERED = 4096;

/** Headers of a stream of the method `path`. */
export function admission(secret: Uint8Array, path: string): Metadata {
  const { Metadata: Headers } = wire();
  const headers = new Headers();
  const nonce = newNonce();
  headers.set(NONCE, nonce);
  headers.set(PROOF, admissionProof(secret, path, nonce));
  return headers;
}

/** Whether a stream ended because the other side did not admit it. */
export function isNotAdmitted(error: Error): boolean {
  return (error as { code?: number }).code === wire().status.UNAUTHENTICATED;
}

export class Doorkeeper {
  readonly #used = new Set<string>();

  constructor(
    private readonly secret: Uint8Array,
    private readonly path: string,
  ) {}

  /** Ends the stream, and soon its connection, and answers false when its headers do not show the secret. */
  admits(stream: ServerDuplexStream<Buffer, Buffer>, port: Port): boolean {
    const peer = stream.getPeer();
    if (this.#shows(stream.metadata)) {
      port.admit(peer);
      return true;
    }
    stream.emit("error", { code: wire().status.UNAUTHENTICATED, details: REFUSAL });
    port.turnAway(peer);
    return false;
  }

  #shows(headers: Metadata): boolean {
    const [nonce, proof] = [headers.get(NONCE)[0], headers.get(PROOF)[0]];
    if (!Buffer.isBuffer(nonce) || !Buffer.isBuffer(proof) || !isNonce(nonce)) return false;
    if (!proves(proof, admissionProof(this.secret, this.path, nonce))) return false;
    const name = nonce.toString("latin1");
    if (this.#used.has(name)) return false;
    this.#used.add(name);
    if (this.#used.size > REMEMBERED) for (const oldest of this.#used) return this.#used.delete(oldest);
    return true;
  }
}

function admissionProof(secret: Uint8Array, path: string, nonce: Uint8Array): Buffer {
  return createHmac("sha256", secret)
    .update(JSON.stringify(["firesteel admission", path]))
    .update(nonce)
    .digest();
}
