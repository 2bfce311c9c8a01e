/**
 * What keeps pages of other sites out. A name that points to this machine for a moment (DNS rebinding) is not one of
 * ours, so the Host header must be an address, "localhost", this host's name, or a name that the settings allow. What changes
 * something needs the token, which only pages of our own can read.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";

/** Pages run no script, and load nothing, that does not come from here; those of the origins `framedBy` may show them in frames. */
export function securityHeaders(framedBy: readonly string[]): Readonly<Record<string, string>> {
  return {
    "content-security-policy":
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
      ["frame-ancestors 'self'", ...framedBy].join(" "),
    "x-content-type-options": "nosniff",
    // It knows no list: where there is one, the policy above says all.
    ...(framedBy.length === 0 ? { "x-frame-options": "SAMEORIGIN" } : {}),
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
  };
}

/** What a request that changes something sends the token in. */
export const TOKEN_HEADER = "x-firesteel-token";
/** Whose answer has the token, for those who may change something. */
export const TOKEN_PATH = "/api/firesteel/v1/identity";

const LOCAL_NAMES: readonly string[] = ["localhost", hostname().toLowerCase()];

export class Gate {
  readonly token = randomBytes(24).toString("base64url");
  readonly #hosts: ReadonlySet<string>;

  /** `allowedHosts`: names under which the server is reached beside this machine's. */
  constructor(allowedHosts: readonly string[]) {
    this.#hosts = new Set([...LOCAL_NAMES, ...allowedHosts.map((name) => name.toLowerCase())]);
  }

  /** Why the request is refused; null when it is not. */
  refusal(request: IncomingMessage): string | null {
    const { host } = request.headers;
    if (host === undefined || !this.#knows(host))
      return `The host name "${host ?? ""}" is not one of this server's; firesteel.ui.allowedHosts lists further ones.`;
    if (request.method === "GET" || request.method === "HEAD") return null;
    if (isForeign(request)) return "Requests that change something must come from a page of this server.";
    if (!this.#isToken(request.headers[TOKEN_HEADER]))
      return `The token is missing or wrong: reload the page. Programs send the token of ${TOKEN_PATH} as ${TOKEN_HEADER}.`;
    return null;
  }

  /** The same for one that wants a websocket, which browsers open and let any page read. */
  socketRefusal(request: IncomingMessage): string | null {
    return this.refusal(request) ?? (isForeign(request) ? "Only pages of this server may listen to it." : null);
  }

  #knows(host: string): boolean {
    const name = host
      .replace(/:\d+$/, "")
      .replace(/^\[(.*)\]$/, "$1")
      .toLowerCase();
    return isIP(name) !== 0 || this.#hosts.has(name);
  }

  #isToken(given: string | string[] | undefined): boolean {
    if (typeof given !== "string") return false;
    const [a, b] = [Buffer.from(given), Buffer.from(this.token)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}

/** A browser says that it comes from a page of another site. */
function isForeign({ headers: { origin, host, "sec-fetch-site": site } }: IncomingMessage): boolean {
  if (origin !== undefined && !sameHost(origin, host ?? "")) return true;
  return site !== undefined && site !== "same-origin" && site !== "none";
}

function sameHost(origin: string, host: string): boolean {
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
