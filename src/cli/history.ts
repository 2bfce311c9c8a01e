/** `firesteel history`: serves the event logs of a directory until a signal ends it. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { UsageError } from "../common/errors";
import { parseDuration } from "../common/units";
import { userCache } from "../common/user-cache";
import { version } from "../common/version";
import { loadUi, webFolder } from "../ui/load";
import { announce, daemonSettings, endOnSignals, portOption } from "./daemon-options";

export async function history(command: Command): Promise<void> {
  const options = command.opts<{ dir?: string; port?: string; webuiPort?: string; host?: string }>();
  const { get } = daemonSettings(command);
  const directory = options.dir ?? get("spark.history.fs.logDirectory") ?? get("spark.eventLog.dir") ?? "/tmp/firesteel-events";
  const port = portOption(options.port ?? options.webuiPort ?? get("spark.history.ui.port"), "--port", 18_080);
  const host = options.host ?? get("firesteel.ui.bindAddress") ?? "127.0.0.1";
  const duration = (key: string, fallback: string): number => parseDuration(get(key) ?? fallback, key);
  const folder = directory.startsWith("file:") ? fileURLToPath(directory) : resolve(directory);
  const { HistoryUi } = loadUi();
  const ui = new HistoryUi({
    version,
    webFolder: webFolder(),
    directory: folder,
    cacheFolder: userCache(),
    host,
    port,
    allowedHosts: (get("firesteel.ui.allowedHosts") ?? "").split(",").filter((name) => name.trim() !== ""),
    updateInterval: duration("spark.history.fs.update.interval", "10s"),
    retained: count(get("spark.history.retainedApplications"), "spark.history.retainedApplications", 50),
    cleaner:
      get("spark.history.fs.cleaner.enabled") === "true"
        ? {
            maxAge: duration("spark.history.fs.cleaner.maxAge", "7d"),
            maxCount: count(get("spark.history.fs.cleaner.maxNum"), "spark.history.fs.cleaner.maxNum", Number.MAX_SAFE_INTEGER),
            interval: duration("spark.history.fs.cleaner.interval", "1d"),
          }
        : null,
  });
  const url = await ui.listen();
  announce(`firesteel history: ${folder} at ${url}`);
  endOnSignals(() => ui.close());
}

function count(text: string | undefined, key: string, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError("INVALID_CONF_VALUE", `${key} must be an integer of at least 1, not "${text}".`);
  return value;
}
