/** Who may look at pages and who may change something there, as the settings say it: Spark's lists, and the proxy that names those who ask. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import * as settings from "./access-entries";
import type { ConfigEntry } from "./config-entry";
import { UsageError } from "./errors";

type Read = <T>(entry: ConfigEntry<T>) => T;

/** Names; "*" is everybody who has one. */
export interface AccessList {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

export interface PageAccess {
  /** Header that names the user, in small letters. */
  readonly userHeader: string;
  /** Header of the user's groups, with commas between; "" for none. */
  readonly groupsHeader: string;
  /** Addresses and networks ("10.0.0.0/8") whose header is believed. */
  readonly proxies: readonly string[];
  /** What they send as `x-firesteel-proxy-secret` beside it; null: nothing. */
  readonly secret: string | null;
  readonly view: AccessList;
  readonly modify: AccessList;
}

const EVERYBODY: AccessList = { users: ["*"], groups: [] };

/** Of pages of an application, a master or a worker; null where everybody may do everything. Throws a UsageError for a secret that cannot be read. */
export function pageAccess(read: Read): PageAccess | null {
  if (!read(settings.ACLS_ENABLED)) return null;
  const admins = adminsOf(read);
  const own = { users: [userInfo().username], groups: [] };
  return {
    ...proxyOf(read),
    view: joined(own, admins, { users: read(settings.VIEW_USERS), groups: read(settings.VIEW_GROUPS) }),
    modify: joined(own, admins, { users: read(settings.MODIFY_USERS), groups: read(settings.MODIFY_GROUPS) }),
  };
}

/** Of the history server: whoever has a name sees which applications there are; each is for those whom it allowed, and `admins`. */
export function historyAccess(read: Read): { readonly pages: PageAccess; readonly admins: AccessList } | null {
  if (!read(settings.HISTORY_ACLS_ENABLED)) return null;
  const admins = { users: read(settings.HISTORY_ADMIN_USERS), groups: read(settings.HISTORY_ADMIN_GROUPS) };
  return { pages: { ...proxyOf(read), view: EVERYBODY, modify: admins }, admins };
}

/** Who may look at what an application of `user`, with these settings, has left. */
export function viewersOf(user: string, properties: Readonly<Record<string, string>>): AccessList {
  const read: Read = (entry) => entry.parse(properties[entry.key] ?? entry.defaultText, entry.key);
  return joined({ users: [user], groups: [] }, adminsOf(read), {
    users: read(settings.VIEW_USERS),
    groups: read(settings.VIEW_GROUPS),
  });
}

export function joined(...lists: readonly AccessList[]): AccessList {
  return { users: lists.flatMap(({ users }) => users), groups: lists.flatMap(({ groups }) => groups) };
}

function adminsOf(read: Read): AccessList {
  return { users: read(settings.ADMIN_USERS), groups: read(settings.ADMIN_GROUPS) };
}

function proxyOf(read: Read): Pick<PageAccess, "userHeader" | "groupsHeader" | "proxies" | "secret"> {
  const file = read(settings.PROXY_SECRET_FILE);
  return {
    userHeader: read(settings.USER_HEADER).toLowerCase(),
    groupsHeader: read(settings.GROUPS_HEADER).toLowerCase(),
    proxies: read(settings.TRUSTED_PROXIES),
    secret: file === "" ? null : secretOf(file),
  };
}

function secretOf(file: string): string {
  let secret: string;
  try {
    secret = readFileSync(file, "utf8").trim();
  } catch (cause) {
    const { message } = cause as Error;
    throw new UsageError("SECRET_NOT_READABLE", `${settings.PROXY_SECRET_FILE.key} cannot be read: ${message}`, { cause });
  }
  if (secret.length >= 16) return secret;
  throw new UsageError(
    "SECRET_TOO_SHORT",
    `The proxy's secret (${file}) has ${secret.length} characters: at least 16 are needed.`,
  );
}
