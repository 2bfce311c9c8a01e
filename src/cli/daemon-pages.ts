/** The pages of a standalone daemon: where they are, and the server. */
import type { Command } from "commander";
import type { Read } from "../cluster/daemon-config";
import { hostPort } from "../common/cluster-master";
import { PORT_RETRIES, UI_ALLOWED_HOSTS, UI_BIND_ADDRESS } from "../common/config-entries";
import type { ConfigEntry } from "../common/config-entry";
import { log } from "../common/log";
import { pageAccess } from "../common/page-access";
import type { DaemonUiOptions } from "../ui/daemon-ui";
import { startUiServer } from "../ui/load";
import { isEveryAddress } from "../wire/address";
import { pagesTls } from "../wire/tls";
import { type DaemonSettings, portOption } from "./daemon-options";

type View = { kind: "master" | "worker" } & Pick<DaemonUiOptions, "stateOf">;

export interface Pages {
  /** As others reach it; "" where there are none. */
  readonly url: string;
  close(): Promise<void>;
}

const NONE: Pages = { url: "", close: () => Promise.resolve() };

/**
 * Opens the pages on `--webui-port`, or the port of the setting: on loopback, unless firesteel.ui.bindAddress says
 * otherwise. A daemon whose pages find no port works without.
 */
export async function openPages(
  command: Command,
  { get, read }: Pick<DaemonSettings, "get" | "read">,
  where: { readonly host: string; readonly port: ConfigEntry<number> },
  view: View,
): Promise<Pages> {
  const { webuiPort } = command.opts<{ webuiPort?: string }>();
  const port = portOption(webuiPort, "--webui-port", read(where.port));
  const bind = read(UI_BIND_ADDRESS);
  const tls = pagesTls(get, "standalone");
  const access = pageAccess(read);
  try {
    const ui = await startUiServer({
      ...view,
      host: bind,
      port,
      portRetries: read(PORT_RETRIES),
      allowedHosts: [...allowedHosts(read), where.host],
      tls,
      access,
    } as Parameters<typeof startUiServer>[0]);
    return {
      url: isEveryAddress(bind)
        ? `${tls === null ? "http" : "https"}://${hostPort({ host: where.host, port: ui.port })}`
        : ui.url,
      close: () => ui.close(),
    };
  } catch (error) {
    log.warn(`there are no pages: ${error instanceof Error ? error.message : String(error)}`);
    return NONE;
  }
}

/** Names under which pages may be asked for. */
export function allowedHosts(read: Read): string[] {
  return read(UI_ALLOWED_HOSTS)
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
