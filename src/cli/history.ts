/** `firesteel history`: serves the event logs of a directory until a signal ends it. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { isLoopback } from "../cluster/secret";
import { HISTORY_ACLS_ENABLED } from "../common/access-entries";
import * as settings from "../common/cluster-config-entries";
import { EVENT_LOG_DIR, UI_BIND_ADDRESS, UI_FRAMED_BY } from "../common/config-entries";
import { historyAccess } from "../common/page-access";
import { userCache } from "../common/user-cache";
import { version } from "../common/version";
import { loadUi, webFolder } from "../ui/load";
import { pagesTls } from "../wire/tls";
import { allowedHosts } from "./daemon-pages";
import { announce, daemonSettings, endOnSignals, portOption } from "./daemon-options";

export async function history(command: Command): Promise<void> {
  const options = command.opts<{ dir?: string; port?: string; webuiPort?: string; host?: string }>();
  const { get, read } = daemonSettings(command);
  const directory = options.dir ?? (read(settings.HISTORY_DIRECTORY) || read(EVENT_LOG_DIR));
  const port = portOption(options.port ?? options.webuiPort, "--port", read(settings.HISTORY_PORT));
  const folder = directory.startsWith("file:") ? fileURLToPath(directory) : resolve(directory);
  const host = options.host ?? read(UI_BIND_ADDRESS);
  const access = historyAccess(read);
  const { HistoryUi } = loadUi();
  const ui = new HistoryUi({
    version,
    webFolder: webFolder(),
    directory: folder,
    cacheFolder: userCache(),
    host,
    port,
    allowedHosts: allowedHosts(read),
    tls: pagesTls(get, "historyServer"),
    access,
    framedBy: read(UI_FRAMED_BY),
    updateInterval: read(settings.HISTORY_UPDATE),
    retained: read(settings.HISTORY_RETAINED),
    cleaner: read(settings.HISTORY_CLEANER)
      ? {
          maxAge: read(settings.HISTORY_MAX_AGE),
          maxCount: read(settings.HISTORY_MAX_COUNT) ?? Number.MAX_SAFE_INTEGER,
          interval: read(settings.HISTORY_CLEANER_INTERVAL),
        }
      : null,
  });
  const url = await ui.listen();
  announce(`firesteel history: ${folder} at ${url}`);
  const readers = access === null ? await readersOf(host) : null;
  if (readers !== null) announce(`firesteel history: ${readers}`);
  endOnSignals(() => ui.close());
}

/** Who else can read pages that are served on `host` and ask nobody; null where only this machine reaches them. */
export async function readersOf(host: string): Promise<string | null> {
  if (await isLoopback(host)) return null;
  return (
    `everybody who reaches ${host} can read what applications did ` +
    `(a proxy that asks who they are, and ${HISTORY_ACLS_ENABLED.key}, keep others out)`
  );
}
