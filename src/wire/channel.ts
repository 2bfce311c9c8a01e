/** A client's end of a gRPC connection: its credentials and options. */
import type { Client } from "@grpc/grpc-js";
import { trusted } from "./tls";
import type { TlsFiles } from "./tls";
import { CHANNEL_OPTIONS, wire } from "./wire";

/**
 * Opens a client to "unix:/path" or "host:port". With TLS the server must have a certificate of the authority; its names are not looked
 * at, since hosts of a cluster have many, and both sides prove the secret besides. With `pingMs` a server that has not answered a ping
 * for so long is gone, though its machine keeps the connection.
 */
export function openChannel(target: string, tls: Pick<TlsFiles, "ca"> | null, pingMs?: number): Client {
  const { Client, credentials } = wire();
  const secure =
    tls === null
      ? credentials.createInsecure()
      : credentials.createSsl(trusted(tls), null, null, { checkServerIdentity: () => undefined });
  return new Client(target, secure, {
    ...CHANNEL_OPTIONS,
    "grpc.use_local_subchannel_pool": 1,
    ...(pingMs === undefined ? {} : { "grpc.keepalive_time_ms": pingMs, "grpc.keepalive_timeout_ms": pingMs }),
    // Addresses cannot be names of TLS servers.
    ...(tls === null ? {} : { "grpc.ssl_target_name_override": "firesteel" }),
  });
}

/** Why a connection cannot be had, without gRPC's words around it: "connect ECONNREFUSED 127.0.0.1:7077". */
export function connectionFault(error: Error): string {
  const { details = "" } = error as { details?: string };
  const [, last] = /Last error: (?:Error: )?(.+)\. Resolution note:/s.exec(details) ?? [];
  if (last === "null") return "the connection was closed before it stood (is one side without TLS?)";
  return last ?? (details || error.message);
}
