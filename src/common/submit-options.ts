/**
 * How an application was submitted: spark-submit's options, their settings, and the order of precedence
 * (command line > --conf > properties file > defaults file; what code sets on SparkConf wins over all of them).
 * `firesteel submit` and programs started by `node` or `tsx` (with the same options in FIRESTEEL_SUBMIT_ARGS) share it.
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { deprecatedKey } from "./config-entries";
import { UsageError } from "./errors";

interface SubmitOption {
  readonly flags: string;
  readonly help: string;
  /** The setting that the option's value goes to. */
  readonly key?: string;
  /** Why the option is refused here, where it is. */
  readonly refused?: string;
  /** It says where and how the driver of a program runs: prompts have theirs here. */
  readonly ofPrograms?: boolean;
}

const HADOOP_ONLY = "belongs to Hadoop/YARN, which firesteel does not run on.";
const JVM_PATHS = "belongs to the JVM; Node finds modules in node_modules beside the program.";
const JARS =
  "belongs to the JVM: a program's own modules travel with it, and npm packages by --packages name@version or from its node_modules.";
const EXCLUDED = "is not needed: npm installs what the packages name, and executors get only what is imported.";

export const SUBMIT_OPTIONS: readonly SubmitOption[] = [
  {
    flags: "--master <url>",
    help: "local, local[N], local[N,F], local[*], local-cluster[n,cores,memoryMiB], firesteel://host:port (default local[*])",
    key: "spark.master",
  },
  {
    flags: "--deploy-mode <mode>",
    help: "where the driver runs: client (here) or cluster",
    key: "spark.submit.deployMode",
    ofPrograms: true,
  },
  {
    flags: "--class <name>",
    help: "exported function of the program to call once it is loaded",
    key: "spark.submit.entryPoint",
    ofPrograms: true,
  },
  { flags: "--name <name>", help: "name of the application", key: "spark.app.name" },
  { flags: "--jars <list>", help: "code for driver and executors", refused: JARS },
  {
    flags: "--packages <list>",
    help: "npm packages (name@version) that the program can import beside those of its node_modules",
    key: "spark.jars.packages",
  },
  { flags: "--exclude-packages <list>", help: "packages to leave out", refused: EXCLUDED },
  { flags: "--repositories <url>", help: "npm registry for --packages", key: "spark.jars.repositories" },
  {
    flags: "--py-files <list>",
    help: "further modules",
    refused: "is for Python; import the modules in the program, they travel with it.",
  },
  { flags: "--files <list>", help: "files for each executor; read in a task by SparkFiles.get(name)", key: "spark.files" },
  { flags: "--archives <list>", help: "archives unpacked for each executor; file#alias names the folder", key: "spark.archives" },
  { flags: "--driver-memory <size>", help: "memory of the driver, e.g. 1000m, 2g", key: "spark.driver.memory" },
  { flags: "--driver-cores <n>", help: "cores of the driver in cluster mode", key: "spark.driver.cores", ofPrograms: true },
  { flags: "--driver-java-options <options>", help: "Node options of the driver", key: "spark.driver.extraNodeOptions" },
  { flags: "--driver-class-path <path>", help: "class path of the driver", refused: JVM_PATHS },
  { flags: "--driver-library-path <path>", help: "library path of the driver", refused: JVM_PATHS },
  { flags: "--executor-memory <size>", help: "all memory of one executor process (default 1g)", key: "spark.executor.memory" },
  { flags: "--executor-cores <n>", help: "task slots per executor", key: "spark.executor.cores" },
  { flags: "--num-executors <n>", help: "executors to start", key: "spark.executor.instances" },
  { flags: "--total-executor-cores <n>", help: "cores of all executors together", key: "spark.cores.max" },
  { flags: "--supervise", help: "start a failed driver again (cluster mode)", ofPrograms: true },
  { flags: "--kill <id>", help: "kill a driver of a cluster", ofPrograms: true },
  { flags: "--status <id>", help: "state of a driver of a cluster", ofPrograms: true },
  {
    flags: "--secret-file <file>",
    help: "file of the secret that all processes of a cluster share",
    key: "spark.authenticate.secret.file",
  },
  { flags: "--tls-cert <file>", help: "PEM certificate of the driver, on a cluster with TLS", key: "spark.ssl.certChain" },
  { flags: "--tls-key <file>", help: "PEM key of the certificate", key: "spark.ssl.privateKey" },
  { flags: "--tls-ca <file>", help: "PEM certificate of the authority that the cluster trusts", key: "spark.ssl.trustStore" },
  { flags: "--remote <url>", help: "a Spark Connect server", refused: "is not supported: programs run their own driver." },
  { flags: "--proxy-user <name>", help: "user to impersonate", refused: HADOOP_ONLY },
  { flags: "--principal <name>", help: "Kerberos principal", refused: HADOOP_ONLY },
  { flags: "--keytab <path>", help: "Kerberos keytab", refused: HADOOP_ONLY },
  { flags: "--queue <name>", help: "YARN queue", refused: HADOOP_ONLY },
];

/** A setting and where its value came from, for `--verbose`. */
export interface Setting {
  readonly value: string;
  readonly origin: string;
}

export type Settings = ReadonlyMap<string, Setting>;

/**
 * Adds spark-submit's options to a command, which calls `resolveSettings(command)` when it runs. The help of a prompt, whose driver
 * always runs here, leaves out those that say where and how a program's driver runs, and those that are refused.
 */
export function addSubmitOptions(command: Command, what: "program" | "prompt" = "program"): Command {
  for (const { flags, help, ofPrograms, refused } of SUBMIT_OPTIONS) {
    const option = command.createOption(flags, help);
    command.addOption(what === "prompt" && (ofPrograms === true || refused !== undefined) ? option.hideHelp() : option);
  }
  return command
    .option("-c, --conf <key=value>", "a setting; may be given more than once", (pair: string, all: string[] = []) => [
      ...all,
      pair,
    ])
    .option("--properties-file <file>", "file of settings, used instead of the defaults file")
    .option("--load-spark-defaults", "load the defaults file also when a properties file is given")
    .option("-v, --verbose", "print each setting with its origin");
}

/**
 * The settings that the parsed options amount to. Throws a UsageError for refused options and bad files.
 * @param clusterMode whether the driver may run on the cluster
 */
export function resolveSettings(command: Command, clusterMode = false): Settings {
  const settings = new Map<string, Setting>();
  const put = (key: string, value: string, origin: string): void => {
    if (/^(?:spark|firesteel)\./.test(key)) settings.set(deprecatedKey(key), { value, origin });
    else process.stderr.write(`firesteel: ${key} is left out: settings begin with spark. or firesteel. (${origin})\n`);
  };
  const values = command.opts<Record<string, unknown>>();
  const propertiesFile = values["propertiesFile"] as string | undefined;
  const defaults = defaultsFile();
  if (defaults !== null && (propertiesFile === undefined || values["loadSparkDefaults"] === true)) {
    for (const [key, value] of readProperties(defaults)) put(key, value, `defaults file ${defaults}`);
  }
  if (propertiesFile !== undefined)
    for (const [key, value] of readProperties(resolve(propertiesFile))) put(key, value, `properties file ${propertiesFile}`);
  for (const pair of (values["conf"] as string[] | undefined) ?? []) {
    const equals = pair.indexOf("=");
    if (equals <= 0) throw new UsageError("INVALID_CONF", `--conf takes key=value, not "${pair}".`);
    put(pair.slice(0, equals).trim(), pair.slice(equals + 1), "--conf");
  }
  const name = command.name();
  for (const option of SUBMIT_OPTIONS) {
    const long = /--([a-z-]+)/.exec(option.flags)![1]!;
    const value = values[long.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    if (value === undefined) continue;
    if (option.ofPrograms === true && (name === "sql" || name === "shell") && value !== "client")
      throw new UsageError("UNSUPPORTED_OPTION", `--${long} is of programs: the driver of firesteel ${name} runs here.`);
    if (option.refused !== undefined) throw new UsageError("UNSUPPORTED_OPTION", `--${long} ${option.refused}`);
    if (option.key !== undefined && typeof value === "string") put(option.key, value, `--${long}`);
  }
  const mode = settings.get("spark.submit.deployMode")?.value;
  if (mode !== undefined && mode !== "client" && mode !== "cluster")
    throw new UsageError("INVALID_DEPLOY_MODE", `--deploy-mode must be client or cluster, not "${mode}".`);
  const master = settings.get("spark.master")?.value ?? "";
  if (mode === "cluster" && !(clusterMode && master.startsWith("firesteel://")))
    throw new UsageError(
      "INVALID_DEPLOY_MODE",
      "--deploy-mode cluster needs a standalone cluster: firesteel submit --master firesteel://host:port; other drivers run here.",
    );
  return settings;
}

/** Java-properties style: `key value`, `key=value` or `key: value` a line, a key alone is empty; `#` and `!` begin comments. */
export function readProperties(file: string): [string, string][] {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError("PROPERTIES_FILE", `Cannot read the properties file ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const pairs: [string, string][] = [];
  for (const line of content.replace(/\\\r?\n\s*/g, "").split(/\r?\n/)) {
    const match = /^\s*([^#!\s=:][^\s=:]*)(?:\s*[=:]\s*|\s+|$)(.*?)\s*$/.exec(line);
    if (match) pairs.push([match[1]!, match[2]!]);
  }
  return pairs;
}

/** $FIRESTEEL_CONF_DIR/spark-defaults.conf, else ~/.firesteel/spark-defaults.conf; null when there is none. */
export function defaultsFile(): string | null {
  const directory = process.env["FIRESTEEL_CONF_DIR"] ?? join(homedir(), ".firesteel");
  const file = join(directory, "spark-defaults.conf");
  return existsSync(file) ? file : null;
}

const SUBMITTED = Symbol.for("firesteel.submitted");
const holder = globalThis as { [SUBMITTED]?: Settings };

/** Called by the CLI before it loads the program. */
export function setSubmittedSettings(settings: Settings): void {
  holder[SUBMITTED] = settings;
}

/** Settings of this process: what the CLI resolved, else those of FIRESTEEL_SUBMIT_ARGS and the defaults file. */
export function submittedSettings(): [string, string][] {
  holder[SUBMITTED] ??= settingsFromEnvironment();
  return [...holder[SUBMITTED]].map(([key, setting]) => [key, setting.value]);
}

function settingsFromEnvironment(): Settings {
  const text = process.env["FIRESTEEL_SUBMIT_ARGS"];
  if ((text === undefined || text.trim() === "") && defaultsFile() === null) return new Map();
  const { Command } = require("commander") as typeof import("commander");
  const command = addSubmitOptions(new Command("FIRESTEEL_SUBMIT_ARGS"))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .allowExcessArguments(false);
  try {
    command.parse(splitWords(text ?? ""), { from: "user" });
  } catch (error) {
    throw new UsageError("INVALID_SUBMIT_ARGS", `FIRESTEEL_SUBMIT_ARGS: ${(error as Error).message.replace(/^error: /, "")}`, {
      cause: error,
    });
  }
  return refusePackages(resolveSettings(command), "programs that node runs");
}

/** For what cannot have packages. Throws a UsageError that says what to do. */
export function refusePackages(settings: Settings, who: string): Settings {
  if (!settings.has("spark.jars.packages")) return settings;
  throw new UsageError(
    "UNSUPPORTED_OPTION",
    `--packages is for firesteel submit and firesteel shell; for ${who} install the packages: npm install.`,
  );
}

/** Splits as a shell does: blanks separate, single and double quotes group, a backslash takes the next character as it is. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "'" || c === '"') {
      word ??= "";
      for (i++; text[i] !== c; i++) {
        if (i >= text.length) throw new UsageError("INVALID_SUBMIT_ARGS", `Unclosed ${c} in: ${text}`);
        if (c === '"' && text[i] === "\\" && i + 1 < text.length) i++;
        word += text[i];
      }
    } else if (/\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      if (c === "\\" && i + 1 < text.length) i++;
      word = (word ?? "") + text[i];
    }
  }
  if (word !== null) words.push(word);
  return words;
}
