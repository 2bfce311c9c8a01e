/** Who asks, and what they may: a proxy that is trusted names them, lists say the rest. */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import type { AccessList, PageAccess } from "../../common/page-access";

export interface Visitor {
  /** Null where nobody is asked for a name. */
  readonly user: string | null;
  readonly groups: readonly string[];
  readonly mayModify: boolean;
}

/** Where there are no lists. */
export const ANYBODY: Visitor = { user: null, groups: [], mayModify: true };

const SECRET_HEADER = "x-firesteel-proxy-secret";

export function isListed({ user, groups }: Visitor, list: AccessList): boolean {
  if (list.users.includes("*") || list.groups.includes("*")) return true;
  return (user !== null && list.users.includes(user)) || groups.some((group) => list.groups.includes(group));
}

export class Access {
  readonly #proxies = new BlockList();

  constructor(private readonly options: PageAccess) {
    for (const proxy of options.proxies) {
      const [address, bits] = proxy.split("/") as [string, string?];
      const family = isIP(address) === 4 ? "ipv4" : "ipv6";
      if (bits === undefined) this.#proxies.addAddress(address, family);
      else this.#proxies.addSubnet(address, Number(bits), family);
    }
  }

  /** Headers that say who asks: what is shown below a master's pages is asked for with them. */
  get headers(): readonly string[] {
    const { userHeader, groupsHeader } = this.options;
    return [userHeader, groupsHeader, SECRET_HEADER].filter((name) => name !== "");
  }

  /** Who asks, if they may look; else why not. */
  admit({ socket, headers }: Pick<IncomingMessage, "socket" | "headers">): Visitor | string {
    const { userHeader, groupsHeader, secret, view, modify } = this.options;
    const peer = (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
    if (isIP(peer) === 0 || !this.#proxies.check(peer, isIP(peer) === 4 ? "ipv4" : "ipv6"))
      return `These pages are asked for by a proxy that says for whom: ${peer} is none of firesteel.ui.trustedProxies.`;
    if (secret !== null && !same(headers[SECRET_HEADER], secret)) return "The secret of the proxy is missing or wrong.";
    const user = String(headers[userHeader] ?? "").trim();
    if (user === "") return `The proxy does not say who asks: the header ${userHeader} is missing.`;
    const groups = groupsHeader === "" ? [] : String(headers[groupsHeader] ?? "").split(",");
    const visitor = { user, groups: groups.map((name) => name.trim()).filter((name) => name !== ""), mayModify: false };
    if (!isListed(visitor, view)) return `User ${user} is not authorized to access this page.`;
    return { ...visitor, mayModify: isListed(visitor, modify) };
  }
}

function same(given: string | string[] | undefined, wanted: string): boolean {
  if (typeof given !== "string") return false;
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
