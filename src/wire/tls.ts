/** TLS of a cluster's ports: one certificate with its key for whoever listens, one authority that everybody trusts. PEM files. */
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { SecureContext } from "node:tls";
import { UsageError } from "../common/errors";

/** Paths of files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const KEYS = { cert: "spark.ssl.certChain", key: "spark.ssl.privateKey", ca: "spark.ssl.trustStore" } as const;
const OPTIONS = { cert: "--tls-cert", key: "--tls-key", ca: "--tls-ca" } as const;
const LEAST_VERSION = "TLSv1.2";

/** The files that the settings name; null without TLS. Throws a UsageError when some are missing or cannot be read. */
export function tlsFiles(get: (key: string) => string | undefined): TlsFiles | null {
  const names = ["cert", "key", "ca"] as const;
  const files = Object.fromEntries(names.map((name) => [name, get(KEYS[name]) ?? ""])) as Record<(typeof names)[number], string>;
  const enabled = get("spark.ssl.enabled");
  if (enabled === "false" || (enabled === undefined && names.every((name) => files[name] === ""))) return null;
  for (const name of names) {
    if (files[name] === "")
      throw new UsageError(
        "TLS_INCOMPLETE",
        `TLS needs ${OPTIONS[name]} (${KEYS[name]}) too: a PEM file; firesteel certs makes them.`,
      );
    read(files[name], name);
  }
  return files;
}

/** For a server. */
export function serverContext(files: TlsFiles): SecureContext {
  const [cert, key, ca] = (["cert", "key", "ca"] as const).map((name) => read(files[name], name)) as [Buffer, Buffer, Buffer];
  try {
    return createSecureContext({ cert, key, ca, minVersion: LEAST_VERSION });
  } catch (error) {
    throw new UsageError("TLS_FILES", `${files.cert} and ${files.key} cannot be used for TLS: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** The authority's certificate, for clients. */
export function trusted(files: Pick<TlsFiles, "ca">): Buffer {
  return read(files.ca, "ca");
}

/** The server's end of TLS on a socket that was accepted; `ready` when the handshake is done. Ends the socket when it fails. */
export function secured(socket: Socket, context: SecureContext, ready: (secure: TLSSocket) => void): void {
  const secure = new TLSSocket(socket, { isServer: true, secureContext: context, ALPNProtocols: ["h2"] });
  secure.on("error", () => socket.destroy());
  secure.once("secure", () => ready(secure));
}

function read(path: string, name: keyof typeof KEYS): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError("TLS_FILES", `${OPTIONS[name]} (${KEYS[name]}): cannot read ${path}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
