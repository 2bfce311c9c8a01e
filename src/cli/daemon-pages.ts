/** The pages of a standalone daemon: where they are, and the server. */
import type { Command } from "commander";
import { log } from "../common/log";
import type { DaemonUiOptions } from "../ui/daemon-ui";
import { startUiServer } from "../ui/load";
import { portOption } from "./daemon-options";

type View = { kind: "master" | "worker" } & Pick<DaemonUiOptions, "stateOf">;

export interface Pages {
  /** As others reach it; "" where there are none. */
  readonly url: string;
  close(): Promise<void>;
}

const NONE: Pages = { url: "", close: () => Promise.resolve() };

/**
 * Opens the pages on `--webui-port`, the setting `portKey`, or `fallback`: on loopback, unless firesteel.ui.bindAddress says
 * otherwise. A daemon whose pages find no port works without.
 */
export async function openPages(
  command: Command,
  get: (key: string) => string | undefined,
  where: { readonly host: string; readonly portKey: string; readonly fallback: number },
  view: View,
): Promise<Pages> {
  const { webuiPort } = command.opts<{ webuiPort?: string }>();
  const port = portOption(webuiPort ?? get(where.portKey), "--webui-port", where.fallback);
  const bind = get("firesteel.ui.bindAddress") ?? "127.0.0.1";
  const allowed = (get("firesteel.ui.allowedHosts") ?? "").split(",").filter((name) => name.trim() !== "");
  try {
    const ui = await startUiServer({
      ...view,
      host: bind,
      port,
      portRetries: Number(get("spark.port.maxRetries") ?? 16),
      allowedHosts: [...allowed, where.host],
    } as Parameters<typeof startUiServer>[0]);
    const everywhere = bind === "0.0.0.0" || bind === "::";
    return { url: everywhere ? `http://${where.host}:${ui.port}` : ui.url, close: () => ui.close() };
  } catch (error) {
    log.warn(`there are no pages: ${error instanceof Error ? error.message : String(error)}`);
    return NONE;
  }
}
