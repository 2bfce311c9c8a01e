/** Options that masters and workers share, and the settings that they amount to. */
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Read } from "../cluster/daemon-config";
import { checkSettings } from "../common/check-settings";
import { deprecatedKey } from "../common/config-entries";
import { UsageError } from "../common/errors";
import { log, setLogLevel, switchLevelOnSignal } from "../common/log";
import { defaultsFile, readProperties } from "../common/submit-options";
import { leave } from "../common/leave";
import { isEveryAddress } from "../wire/address";

const OPTION_KEYS = {
  secretFile: "spark.authenticate.secret.file",
  tlsCert: "spark.ssl.certChain",
  tlsKey: "spark.ssl.privateKey",
  tlsCa: "spark.ssl.trustStore",
} as const;

export function addDaemonOptions(command: Command, pagesPort = "port of its pages"): Command {
  return command
    .option("--host <host>", "name or address on which it listens, and by which others reach it; 0.0.0.0 for all")
    .option("--webui-port <port>", pagesPort)
    .option("--secret-file <file>", "file of the secret that all processes of the cluster share")
    .option("--tls-cert <file>", "PEM certificate of this process; with --tls-key and --tls-ca all ports are encrypted")
    .option("--tls-key <file>", "PEM key of the certificate")
    .option("--tls-ca <file>", "PEM certificate of the authority that all processes trust")
    .option("--properties-file <file>", "file of settings, used instead of the defaults file")
    .option("--conf <key=value>", "a setting; may be given more than once", (pair: string, all: string[] = []) => [...all, pair])
    .option("--log-level <level>", "DEBUG, INFO, WARN, ERROR (default INFO)");
}

export interface DaemonSettings {
  readonly get: (key: string) => string | undefined;
  readonly all: readonly (readonly [key: string, value: string])[];
  readonly read: Read;
}

/** The settings, and the log level set. Throws a UsageError for what cannot be read. */
export function daemonSettings(command: Command): DaemonSettings {
  const options = command.opts<Record<string, string | string[] | undefined>>();
  const settings = new Map<string, string>();
  const set = (key: string, value: string): void => void settings.set(deprecatedKey(key), value);
  const file = (options["propertiesFile"] as string | undefined) ?? defaultsFile();
  if (file !== null) for (const [key, value] of readProperties(resolve(file))) set(key, value);
  for (const pair of (options["conf"] as string[] | undefined) ?? []) {
    const equals = pair.indexOf("=");
    if (equals <= 0) throw new UsageError("INVALID_CONF", `--conf takes key=value, not "${pair}".`);
    set(pair.slice(0, equals).trim(), pair.slice(equals + 1));
  }
  for (const [option, key] of Object.entries(OPTION_KEYS)) {
    const value = options[option];
    if (typeof value === "string") settings.set(key, value);
  }
  for (const warning of checkSettings(settings)) log.warn(warning);
  const get = (key: string): string | undefined => settings.get(key);
  const level = (options["logLevel"] as string | undefined) ?? settings.get("spark.log.level") ?? "INFO";
  if (!setLogLevel(level))
    throw new UsageError("INVALID_LOG_LEVEL", `--log-level must be DEBUG, INFO, WARN or ERROR, not "${level}".`);
  switchLevelOnSignal();
  return { get, all: [...settings], read: (entry) => entry.parse(get(entry.key) ?? entry.defaultText, entry.key) };
}

export function addPublicHost(command: Command): Command {
  return command.option("--public-host <host>", "name by which others reach it (default: --host, or this machine's name where that is 0.0.0.0)"); // prettier-ignore
}

/** Where a daemon listens: what is asked for; else this machine's name, or without a secret its loopback address. */
export function hostOf(command: Command, secret: Uint8Array): string {
  return command.opts<{ host?: string }>().host ?? (secret.length > 0 ? hostname() : "127.0.0.1");
}

/** By what others reach a daemon that listens on `listenHost`. Throws a UsageError for what nobody can connect to. */
export function publicHostOf(command: Command, listenHost: string): string {
  const { publicHost } = command.opts<{ publicHost?: string }>();
  if (publicHost !== undefined && isEveryAddress(publicHost))
    throw new UsageError("INVALID_OPTION", `--public-host must be a name that others can connect to, not "${publicHost}".`);
  return publicHost ?? (isEveryAddress(listenHost) ? hostname() : listenHost);
}

export function portOption(text: string | undefined, name: string, fallback: number): number {
  const port = text === undefined ? fallback : Number(text);
  if (text?.trim() === "" || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError("INVALID_OPTION", `${name} must be a port, not "${text}".`);
  return port;
}

/** A line for whoever started the daemon by hand, and for scripts that wait for it. */
export function announce(line: string): void {
  process.stdout.write(`${line}\n`);
}

export const UNSECURED =
  "there is no secret: only this machine can connect (give --secret-file to all processes of the cluster to open it)";

/** Runs `end` at the first SIGINT or SIGTERM, and then ends the process; a second one ends it at once. */
export function endOnSignals(end: (signal: NodeJS.Signals) => Promise<void>): void {
  let ending = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (ending) leave(1);
      ending = true;
      void end(signal).finally(() => leave(0));
    });
  }
}
