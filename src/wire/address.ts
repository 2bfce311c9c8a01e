/** Addresses of drivers and block servers as text: "unix:/path/to/socket" or "host:port". */
import { UsageError } from "../common/errors";

export type Address =
  { readonly kind: "unix"; readonly path: string } | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** Longest path of a unix socket on Linux (108 bytes with the final zero) and macOS (104). */
const MAX_SOCKET_PATH = 103;

export function parseAddress(text: string): Address {
  if (text.startsWith("unix:/")) return { kind: "unix", path: text.slice("unix:".length) };
  const match = /^(\[[0-9a-fA-F:.%]+\]|[^:/\s]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535)
    throw new UsageError("INVALID_ADDRESS", `"${text}" is not an address: write host:port or unix:/path.`);
  return { kind: "tcp", host: match[1]!.replace(/^\[|\]$/g, ""), port };
}

export function formatAddress(address: Address): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Whether `host` is all addresses of a machine: one to listen on, which nobody can connect to. */
export function isEveryAddress(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** Whether this system can listen on a unix socket at `path`. */
export function socketPathFits(path: string): boolean {
  return process.platform !== "win32" && Buffer.byteLength(path) <= MAX_SOCKET_PATH;
}
