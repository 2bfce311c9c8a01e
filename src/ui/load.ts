/** The bundle of the user interface, loaded when the first one is started: programs and daemons that show nothing do not pay for it. */
import { join } from "node:path";
import { requireCached } from "../common/cached-load";
import { version } from "../common/version";
import type { DaemonUiOptions, RunningDaemonUi } from "./daemon-ui";

declare const FIRESTEEL_VERSION: string | undefined;

export function loadUi(): typeof import("./index") {
  const bundle: unknown =
    typeof FIRESTEEL_VERSION === "string" ? requireCached(join(__dirname, "ui.js")) : require("firesteel-ui");
  return bundle as typeof import("./index");
}

/** Directory of the web application's files. */
export function webFolder(): string {
  return join(__dirname, "ui");
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/**
 * The pages of a master or a worker: `stateOf` is asked for what they show. Does not keep the process alive. Rejects with a
 * ClusterError when no port can be had.
 *
 * @example
 * const ui = await startUiServer({ kind: "master", stateOf: () => daemon.stateOf(), host, port: 8080, portRetries: 16, allowedHosts: [] });
 */
export function startUiServer(options: DistributiveOmit<DaemonUiOptions, "version" | "webFolder">): Promise<RunningDaemonUi> {
  return loadUi().startDaemonUi({ ...options, version, webFolder: webFolder() });
}
