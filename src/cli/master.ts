/** `firesteel master`: runs until a signal ends it. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { checkReach, clusterSecret } from "../cluster/secret";
import { MasterDaemon } from "../cluster/master/master-daemon";
import { masterConfig } from "../cluster/daemon-config";
import {
  MASTER_REST,
  MASTER_REST_HOST,
  MASTER_REST_PORT,
  MASTER_UI_PORT,
  RECOVERY_DIRECTORY,
  RECOVERY_MODE,
  REVERSE_PROXY,
  REVERSE_PROXY_URL,
} from "../common/cluster-config-entries";
import { DEFAULT_MASTER_PORT } from "../common/cluster-master";
import { tlsFiles } from "../wire/tls";
import { announce, daemonSettings, endOnSignals, hostOf, portOption, publicHostOf, UNSECURED } from "./daemon-options";
import type { Pages } from "./daemon-pages";
import { openPages } from "./daemon-pages";
import { startSubmissionServer, type SubmissionServer } from "./submission-server";

interface MasterCommandOptions {
  readonly port?: string;
  readonly recoveryDir?: string;
}

export async function master(command: Command): Promise<void> {
  const options = command.opts<MasterCommandOptions>();
  const { get, read } = daemonSettings(command);
  const secret = clusterSecret(get);
  const tls = tlsFiles(get);
  const listenHost = hostOf(command, secret);
  const host = publicHostOf(command, listenHost);
  const port = portOption(options.port, "--port", DEFAULT_MASTER_PORT);
  await checkReach(listenHost, secret, "The master");
  const recovery = options.recoveryDir ?? read(RECOVERY_DIRECTORY);
  // A port that changes with every start has no past.
  const usual = port === 0 ? null : join(homedir(), ".firesteel", "master", `${listenHost.replace(/[^\w.-]/g, "_")}-${port}`);
  const none = read(RECOVERY_MODE).toUpperCase() === "NONE";
  const daemon = await MasterDaemon.start({
    ...masterConfig(read),
    host,
    listenHost,
    port,
    secret,
    tls,
    recoveryDirectory: none ? null : recovery !== "" ? resolve(recovery) : usual,
  });
  const open: { pages?: Pages; submissions?: SubmissionServer } = {};
  endOnSignals(async () => {
    await open.pages?.close();
    await open.submissions?.close();
    await daemon.stop();
  });
  void daemon.overtaken.then(() => process.exit(1));
  announce(`firesteel master at ${daemon.url}${tls === null ? "" : " (TLS)"}`);
  if (read(MASTER_REST)) {
    const rest = {
      host: read(MASTER_REST_HOST) || listenHost,
      publicHost: host,
      port: read(MASTER_REST_PORT),
      secret,
      tls,
      master: daemon,
    };
    open.submissions = await startSubmissionServer(rest);
    announce(`firesteel master: submissions at ${open.submissions.url}/v1/submissions`);
  }
  const view = { kind: "master" as const, reverseProxy: read(REVERSE_PROXY), stateOf: () => daemon.stateOf() };
  const where = { host, port: MASTER_UI_PORT };
  const pages = (open.pages = await openPages(command, { get, read }, where, view));
  daemon.webUrl = read(REVERSE_PROXY_URL) || pages.url;
  if (pages.url !== "") announce(`firesteel master: dashboard at ${pages.url}`);
  if (secret.length === 0) announce(`firesteel master: ${UNSECURED}`);
}
