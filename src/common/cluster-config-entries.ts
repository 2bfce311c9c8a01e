/** The settings of a standalone cluster: of applications on it, of masters, workers and history servers. */
import { beginSection, choice, flag, integer, optionalInteger, positiveSeconds, text } from "./config-entry";

beginSection("Applications on a cluster", true);
optionalInteger("spark.cores.max", "Cores of all executors; default: spark.deploy.defaultCores of the master.");
integer(
  "spark.deploy.maxExecutorRetries",
  10,
  "Executors that end before they register, one after the other, before the application fails.",
  1,
);
text(
  "spark.driver.host",
  "",
  "Name or address by which executors reach the driver; default: that of this machine on the way to the master.",
);
text(
  "spark.driver.bindAddress",
  "",
  "Address on which the driver listens; default: spark.driver.host, else all, or loopback where the master is on this machine.",
);
integer("spark.driver.port", 0, "Port of the driver. 0: any.");
flag(
  "spark.standalone.submit.waitAppCompletion",
  false,
  "firesteel submit --deploy-mode cluster waits for the driver's end, and ends as it did.",
);

beginSection("Masters", true);
export const DEFAULT_CORES = optionalInteger(
  "spark.deploy.defaultCores",
  "Cores of applications that set no spark.cores.max; default: all.",
);
export const SPREAD_OUT = flag("spark.deploy.spreadOut", true, "Executors of an application are put on many workers, not few.");
export const WORKER_TIMEOUT = positiveSeconds(
  "spark.worker.timeout",
  "60s",
  "A worker that is not heard of for so long is lost.",
);
export const RECOVERY_MODE = choice(
  "spark.deploy.recoveryMode",
  "FILESYSTEM",
  ["FILESYSTEM", "NONE"],
  "FILESYSTEM: a master keeps a journal, and masters with one directory take over from each other. NONE: nothing is kept.",
);
export const RECOVERY_DIRECTORY = text(
  "spark.deploy.recoveryDirectory",
  "",
  "Directory of the journal; default: ~/.firesteel/master/<host>-<port>, and none for a master on a port of its choice.",
);
export const LEASE_TIMEOUT = positiveSeconds(
  "firesteel.deploy.leaseTimeout",
  "10s",
  "A standby takes over when the active master gave no sign of life for so long.",
);
export const RETAINED_APPLICATIONS = integer("spark.deploy.retainedApplications", 200, "Ended applications that a master shows.");
export const RETAINED_DRIVERS = integer("spark.deploy.retainedDrivers", 200, "Ended drivers that a master shows.");
export const MASTER_UI_PORT = integer("spark.master.ui.port", 8080, "Port of its pages (--webui-port).");
export const MASTER_REST = flag(
  "spark.master.rest.enabled",
  false,
  "Take drivers by POST /v1/submissions/create, as Spark's REST submission does.",
);
export const MASTER_REST_HOST = text("spark.master.rest.host", "", "Address that it listens on; default: the master's.");
export const MASTER_REST_PORT = integer("spark.master.rest.port", 6066, "Its port.");
export const REVERSE_PROXY = flag(
  "spark.ui.reverseProxy",
  false,
  "Pages of workers and running applications are shown below the master's, at /proxy/<id>/: for browsers that reach only the master.",
);
export const REVERSE_PROXY_URL = text(
  "spark.ui.reverseProxyUrl",
  "",
  "Where browsers find the master's pages, if that is not where it serves them: workers link there.",
);

beginSection("Workers", true);
export const WORKER_UI_PORT = integer("spark.worker.ui.port", 8081, "Port of its pages (--webui-port).");
export const DECOMMISSION_TIMEOUT = positiveSeconds(
  "spark.worker.decommission.timeout",
  "120s",
  "How long the executors of a worker that is decommissioned may take to move what they hold.",
);
text(
  "spark.worker.resourcesFile",
  "",
  'JSON file of resources that are not asked of a script: `[{"id": {"componentName": "spark.worker", "resourceName": "gpu"}, "addresses": ["0"]}]`.',
);
export const CLEANUP = flag("spark.worker.cleanup.enabled", true, "Folders of ended executors and drivers are removed.");
export const CLEANUP_INTERVAL = positiveSeconds("spark.worker.cleanup.interval", "30min", "How often it is looked for them.");
export const CLEANUP_TTL = positiveSeconds("spark.worker.cleanup.appDataTtl", "7d", "How long they are kept.");

beginSection("Security of a cluster", true);
flag("spark.authenticate", false, "A secret must be there.");
text(
  "spark.authenticate.secret",
  "",
  "The secret that all processes of a cluster share, of at least 16 characters; without one they listen on loopback only.",
);
text("spark.authenticate.secret.file", "", "A file that holds it (--secret-file).");
text("spark.ssl.certChain", "", "PEM certificate of this process (--tls-cert); with the next two, ports are encrypted.");
text("spark.ssl.privateKey", "", "PEM key of the certificate (--tls-key).");
text("spark.ssl.trustStore", "", "PEM certificate of the authority that is trusted (--tls-ca).");
flag("spark.ssl.ui.enabled", true, "Where ports are encrypted, so are the pages of applications.");
flag("spark.ssl.standalone.enabled", true, "The same for the pages of masters and workers.");
flag("spark.ssl.historyServer.enabled", true, "The same for those of the history server.");

beginSection("History server", true);
export const HISTORY_DIRECTORY = text(
  "spark.history.fs.logDirectory",
  "",
  "Directory of the event logs (--dir); default: spark.eventLog.dir.",
);
export const HISTORY_PORT = integer("spark.history.ui.port", 18_080, "Port of its pages (--port).");
export const HISTORY_UPDATE = positiveSeconds("spark.history.fs.update.interval", "10s", "How often it looks for new logs.");
export const HISTORY_RETAINED = integer("spark.history.retainedApplications", 50, "Applications that are kept in memory.", 1);
export const HISTORY_CLEANER = flag("spark.history.fs.cleaner.enabled", false, "Old logs are removed.");
export const HISTORY_MAX_AGE = positiveSeconds("spark.history.fs.cleaner.maxAge", "7d", "Age from which they are.");
export const HISTORY_MAX_COUNT = optionalInteger("spark.history.fs.cleaner.maxNum", "Logs that are kept at most; default: all.");
export const HISTORY_CLEANER_INTERVAL = positiveSeconds(
  "spark.history.fs.cleaner.interval",
  "1d",
  "How often they are looked through.",
);
