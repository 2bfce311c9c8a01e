/** TLS of a cluster's ports: one certificate with its key for whoever listens, one authority that everybody trusts. PEM files. */
import { readFileSync } from "node:fs";
import type { OnReadOpts, Socket } from "node:net";
import { resolve } from "node:path";
import { connect, createSecureContext, createServer } from "node:tls";
import type { ConnectionOptions, PeerCertificate, TLSSocket } from "node:tls";
import { UsageError } from "../common/errors";
import type { Encryption } from "../storage/transfer/block-client";

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
  // Absolute: processes that are started with them have directories of their own.
  const files = Object.fromEntries(names.map((name) => [name, get(KEYS[name]) ? resolve(get(KEYS[name])!) : ""])) as Record<
    (typeof names)[number],
    string
  >;
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

/** Pages of applications, of masters and workers, of the history server. */
const PAGES = {
  ui: "spark.ssl.ui.enabled",
  standalone: "spark.ssl.standalone.enabled",
  historyServer: "spark.ssl.historyServer.enabled",
} as const;

/** The files with which pages are served: as all ports, unless the pages' setting is false. Throws as tlsFiles does. */
export function pagesTls(get: (key: string) => string | undefined, pages: keyof typeof PAGES): TlsFiles | null {
  const files = tlsFiles(get);
  return get(PAGES[pages])?.trim().toLowerCase() === "false" ? null : files;
}

/** Of a server of pages. Throws a UsageError when it cannot work with the files. */
export function pagesServerOptions(files: TlsFiles): { cert: Buffer; key: Buffer; minVersion: typeof LEAST_VERSION } {
  const { cert, key } = pems(files);
  return { cert, key, minVersion: LEAST_VERSION };
}

/** Of requests to pages of other processes of the cluster: as for blocks, names are not looked at. */
export function pagesTrust(files: Pick<TlsFiles, "ca">): {
  ca: Buffer;
  checkServerIdentity: (host: string, certificate: PeerCertificate) => undefined;
} {
  return { ca: trusted(files), checkServerIdentity: () => undefined };
}

/** What the files hold. Throws a UsageError when a server cannot work with it. */
function pems(files: TlsFiles): { readonly cert: Buffer; readonly key: Buffer; readonly ca: Buffer } {
  const [cert, key, ca] = (["cert", "key", "ca"] as const).map((name) => read(files[name], name)) as [Buffer, Buffer, Buffer];
  try {
    createSecureContext({ cert, key, ca });
    return { cert, key, ca };
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

/** The server's end of TLS on sockets that were accepted elsewhere; `ready` when a handshake is done. Those that fail are ended. */
export function securing(files: TlsFiles, ready: (secure: TLSSocket) => void): (socket: Socket) => void {
  const server = createServer({ ...pems(files), minVersion: LEAST_VERSION, ALPNProtocols: ["h2"], noDelay: true }, (secure) => {
    secure.on("error", () => secure.destroy());
    ready(secure);
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return (socket) => void server.emit("connection", socket);
}

/** Encrypted connections for blocks. The server must have a certificate of the authority; its names are not looked at. */
export function encryption(files: TlsFiles): Encryption {
  const ca = read(files.ca, "ca");
  return {
    connect: (host, port, onread) => {
      // `onread` is passed on to the socket, which the types do not know.
      const options: ConnectionOptions & { onread: OnReadOpts } = {
        host,
        port,
        ca,
        servername: "firesteel",
        checkServerIdentity: () => undefined,
        minVersion: LEAST_VERSION,
        onread,
      };
      return connect(options);
    },
    accept: (ready) => securing(files, ready),
  };
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
