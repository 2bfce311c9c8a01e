/** java.net.URI's reading of a URL: what it refuses, and its parts as they are written. */

export interface Uri {
  readonly scheme: string | null;
  readonly authority: string | null;
  readonly userInfo: string | null;
  readonly host: string | null;
  readonly path: string | null;
  readonly query: string | null;
  readonly fragment: string | null;
}

/** Letters, digits and marks of RFC 2396, escapes, and other characters that are neither blanks nor controls. */
const ALLOWED = /^(?:[A-Za-z0-9\-_.!~*'();/?:@&=+$,[\]#]|%[0-9A-Fa-f]{2}|[^\u0000-\u00a0\p{Z}\p{Cc}])*$/u;
/** The same without escapes and characters beyond ASCII. */
const PLAIN = /^[A-Za-z0-9\-_.!~*'();/?:@&=+$,[\]#]*$/;
const FORM = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([^#]*))?$/;

export function parseUri(text: string): Uri | null {
  if (!PLAIN.test(text) && !ALLOWED.test(text)) return null;
  const match = FORM.exec(text);
  if (match === null) return null;
  const [, scheme = null, authority = null, path = "", query = null, fragment = null] = match;
  if (scheme === null && /^[^/]*:/.test(path)) return null;
  if (/[[\]]/.test(path)) return null;
  // Not hierarchical: "mailto:a@b" has no parts but the scheme and the fragment.
  if (scheme !== null && authority === null && !path.startsWith("/")) {
    if (path === "") return null;
    return { scheme, authority: null, userInfo: null, host: null, path: null, query: null, fragment };
  }
  if (authority === "" && path === "") return null;
  const server = /^(?:([^@]*)@)?(\[[^\]]*\]|[A-Za-z0-9.-]*)(?::(\d*))?$/.exec(authority ?? "");
  const host = server?.[2] ?? "";
  const valid = server !== null && validHost(host);
  return {
    scheme,
    authority: authority === "" ? null : authority,
    userInfo: valid ? (server[1] ?? null) : null,
    host: valid ? host : null,
    path,
    query,
    fragment,
  };
}

/** A literal address, or labels of which the last begins with a letter. */
function validHost(host: string): boolean {
  if (host === "") return false;
  if (host.startsWith("[")) return /^\[[0-9A-Fa-f:.]+\]$/.test(host);
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return host.split(".").every((part) => Number(part) < 256);
  return /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?$/.test(host);
}
