/**
 * Mutual proof that both ends know the application's secret, before anything else crosses. Challenge and response with
 * HMAC-SHA256; neither proof can be replayed, nor one end's used as the other's:
 *
 *   client → server   "FSB1"
 *   server → client   "FSB1", server nonce (32)
 *   client → server   client nonce (32), HMAC(secret, "client" + both nonces)
 *   server → client   HMAC(secret, "server" + both nonces)
 *
 * What follows on the connection is neither encrypted nor signed.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const MAGIC = Buffer.from("FSB1", "latin1");
const NONCE = 32;
const PROOF = 32;

export const SERVER_HELLO_BYTES = MAGIC.length + NONCE;
export const CLIENT_GREETING_BYTES = MAGIC.length;
export const CLIENT_REPLY_BYTES = NONCE + PROOF;
export const SERVER_PROOF_BYTES = PROOF;

export class ServerHandshake {
  readonly #nonce = randomBytes(NONCE);
  readonly hello = Buffer.concat([MAGIC, this.#nonce]);

  constructor(private readonly secret: Uint8Array) {}

  /** Whether a client that speaks this protocol greets. */
  greeted(greeting: Uint8Array): boolean {
    return MAGIC.equals(greeting);
  }

  /** The server's own proof; null when the client's is wrong. */
  answer(reply: Uint8Array): Buffer | null {
    if (reply.length !== CLIENT_REPLY_BYTES) return null;
    const clientNonce = reply.subarray(0, NONCE);
    if (!timingSafeEqual(reply.subarray(NONCE), proof(this.secret, "client", this.#nonce, clientNonce))) return null;
    return proof(this.secret, "server", this.#nonce, clientNonce);
  }
}

export class ClientHandshake {
  readonly #nonce = randomBytes(NONCE);
  #serverNonce: Uint8Array | null = null;

  constructor(private readonly secret: Uint8Array) {}

  /** What to send after the server's hello; null when it is not one. */
  reply(hello: Uint8Array): Buffer | null {
    if (hello.length !== SERVER_HELLO_BYTES || !MAGIC.equals(hello.subarray(0, MAGIC.length))) return null;
    this.#serverNonce = Uint8Array.prototype.slice.call(hello, MAGIC.length);
    return Buffer.concat([this.#nonce, proof(this.secret, "client", this.#serverNonce, this.#nonce)]);
  }

  /** Whether the server knows the secret too. */
  accepts(serverProof: Uint8Array): boolean {
    return (
      this.#serverNonce !== null &&
      serverProof.length === PROOF &&
      timingSafeEqual(serverProof, proof(this.secret, "server", this.#serverNonce, this.#nonce))
    );
  }
}

function proof(secret: Uint8Array, side: "client" | "server", serverNonce: Uint8Array, clientNonce: Uint8Array): Buffer {
  return createHmac("sha256", secret)
    .update(`firesteel block transfer, ${side}`)
    .update(serverNonce)
    .update(clientNonce)
    .digest();
}
