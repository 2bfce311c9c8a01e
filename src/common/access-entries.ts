/** Settings of who may look at pages, and who may change something there. */
import { isIP } from "node:net";
import { beginSection, define, flag, text } from "./config-entry";
import { UsageError } from "./errors";

const names = (key: string, doc: string, otherwise = "") =>
  define(key, otherwise, doc, (v) =>
    v
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  );

beginSection("Who may look", true);
export const ACLS_ENABLED = flag(
  "spark.acls.enable",
  false,
  "Pages are for those whom the lists below name, and the user whom the process belongs to; who asks is said by a proxy (firesteel.ui.userHeader).",
);
export const VIEW_USERS = names(
  "spark.ui.view.acls",
  "Users who may look, with commas between; * is everybody whom the proxy names.",
);
export const VIEW_GROUPS = names("spark.ui.view.acls.groups", "Groups whose members may look (firesteel.ui.groupsHeader).");
export const MODIFY_USERS = names(
  "spark.modify.acls",
  "Users who may kill jobs and stages, let executors go, and start the profiler.",
);
export const MODIFY_GROUPS = names("spark.modify.acls.groups", "Groups whose members may.");
export const ADMIN_USERS = names("spark.admin.acls", "Users who may do both.");
export const ADMIN_GROUPS = names("spark.admin.acls.groups", "Groups whose members may do both.");
export const HISTORY_ACLS_ENABLED = flag(
  "spark.history.ui.acls.enable",
  false,
  "The history server shows an application only to its user, to those whom its own lists named, and to the next two.",
);
export const HISTORY_ADMIN_USERS = names("spark.history.ui.admin.acls", "Users who may look at all of them.");
export const HISTORY_ADMIN_GROUPS = names("spark.history.ui.admin.acls.groups", "Groups whose members may.");
export const USER_HEADER = text(
  "firesteel.ui.userHeader",
  "",
  "Header by which a proxy in front of the pages names the user who asks: X-Forwarded-User, for instance. It must overwrite what browsers send.",
);
export const GROUPS_HEADER = text("firesteel.ui.groupsHeader", "", "Header of the user's groups, with commas between.");
export const TRUSTED_PROXIES = define(
  "firesteel.ui.trustedProxies",
  "127.0.0.1,::1",
  "Addresses and networks (10.0.0.0/8), with commas between, that these headers are believed from. Requests from others are refused.",
  (v, k) => v.split(",").map((one) => network(one.trim(), k)),
);
export const PROXY_SECRET_FILE = text(
  "firesteel.ui.proxySecret.file",
  "",
  "File with a secret of at least 16 characters that the proxy sends as X-Firesteel-Proxy-Secret: needed where others can connect from its address.",
);

function network(written: string, key: string): string {
  const [address = "", bits, ...rest] = written.split("/");
  const most = isIP(address) === 4 ? 32 : 128;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  if (isIP(address) !== 0 && fits && rest.length === 0) return written;
  throw new UsageError("INVALID_CONF_VALUE", `${key} must be addresses or networks (10.0.0.0/8), not "${written}".`, {
    parameters: { key, value: written },
  });
}
