/**
 * The `firesteel` command. Only what a subcommand needs is loaded: the time from the prompt to the first task counts.
 */
import { Command } from "commander";
import { addSubmitOptions, resolveSettings } from "../common/submit-options";
import { version } from "../common/version";
import { addDaemonOptions, addPublicHost, announce } from "./daemon-options";
import { type ImportModule, setImport } from "./import-module";
import { leave } from "../common/leave";
import { exitCodeOf, lineOf } from "./report";

/** The command and its subcommands, in the order in which `--help` lists them. */
function program(): Command {
  const root = new Command("firesteel")
    .description("Distributed data processing on Node.js.")
    .version(version, "--version", "print the version")
    .enablePositionalOptions()
    .exitOverride()
    // One line, whatever is wrong with the options.
    .configureOutput({
      outputError: (text, write) =>
        write(
          `firesteel: ${text
            .replace(/^error: /, "")
            .trim()
            .replace(/\n/g, " ")}; see firesteel --help\n`,
        ),
    });
  addPrograms(root);
  addPrompts(root);
  addDaemons(root);
  addBackground(root);
  addCertificates(root);
  return root;
}

/** What runs an application's file. */
function addPrograms(root: Command): void {
  addSubmitOptions(root.command("submit"))
    .description("run a program (.ts, .mts, .cts, .js, .mjs, .cjs) on local executors or a cluster")
    .version(version, "--version", "print the version")
    .passThroughOptions()
    .argument("[program]", "the application's file; everything after it belongs to the application")
    .argument("[args...]", "the application's arguments")
    .action(async (file: string | undefined, args: string[], _options: unknown, command: Command) => {
      await (await import("./submit")).submit(command, file, args);
    });

  // What a worker starts for --deploy-mode cluster.
  addSubmitOptions(root.command("driver", { hidden: true }))
    .passThroughOptions()
    .argument("<program>")
    .argument("[args...]")
    .action(async (file: string, args: string[], _options: unknown, command: Command) => {
      await (await import("./submit")).runProgram(file, args, resolveSettings(command, true), false);
    });

  addSubmitOptions(root.command("run-example"))
    .description("run one of the programs that come with firesteel; without a name, list them")
    .passThroughOptions()
    .argument("[name]", "the example; everything after it belongs to the example")
    .argument("[args...]", "the example's arguments")
    .action(async (name: string | undefined, args: string[], _options: unknown, command: Command) => {
      await (await import("./run-example")).runExample(command, name, args);
    });
}

/** What runs statements or lines as they are typed. */
function addPrompts(root: Command): void {
  addSubmitOptions(root.command("sql"), "prompt")
    .description("run SQL: the given statements, a file, standard input, or a prompt")
    .option("-e, --execute <statements>", "statements to run, with ; between them")
    .option("-f, --file <file>", "a file of statements to run")
    .option("-i, --init <file>", "a file of statements to run first: settings, views, variables")
    .option("--format <format>", "how results are written: table, csv, json", "table")
    .option("--rows <n>", "rows of a table that are shown", "20")
    .action(async (_options: unknown, command: Command) => {
      await (await import("./sql")).sql(command);
    });

  addSubmitOptions(root.command("shell"), "prompt")
    .description("a TypeScript prompt with spark, sc and F; of a standard input that is no terminal, a script")
    .option("-i, --init <file>", "a file to run first: what it declares is then there")
    .action(async (_options: unknown, command: Command) => {
      await (await import("./shell/start")).shell(command);
    });
}

/** The processes of a cluster, in the foreground. */
function addDaemons(root: Command): void {
  addPublicHost(addDaemonOptions(root.command("master")))
    .description("the master of a standalone cluster: workers and applications connect to it")
    .option("-p, --port <port>", "port for workers and applications; 0 takes a free one (default 7077)")
    .option("--recovery-dir <dir>", "directory of its journal (default ~/.firesteel/master/<host>-<port>)")
    .action(async (_options: unknown, command: Command) => {
      await (await import("./master")).master(command);
    });

  addPublicHost(addDaemonOptions(root.command("worker")))
    .description("a worker of a standalone cluster: runs executors and drivers")
    .argument("<master>", "firesteel://host:port, or several masters with commas between them")
    .option("-c, --cores <n>", "cores that it offers (default: all of this machine)")
    .option("-m, --memory <size>", "memory that it offers, e.g. 4g (default: that of this machine less 1 GiB)")
    .option("-d, --work-dir <dir>", "directory for logs of executors and drivers (default ./work)")
    .option("--lifetime <duration>", "end in an orderly way after so long, e.g. 12h: executors move what they hold first")
    .option("--lifetime-stagger <duration>", "live up to so much longer or shorter, by chance (default 0)")
    .option("--lifetime-restart", "begin anew as another worker when the lifetime is over, instead of ending")
    .action(async (url: string, _options: unknown, command: Command) => {
      await (await import("./worker")).worker(command, url);
    });

  // It has no port but that of its pages: --webui-port says the same, as for the other daemons.
  addDaemonOptions(root.command("history"), "the same as --port")
    .description("serve the event logs of a directory: finished applications and those that run")
    .option("--dir <directory>", "directory of event logs (spark.history.fs.logDirectory, else spark.eventLog.dir)")
    .option("-p, --port <port>", "port of its pages (spark.history.ui.port, else 18080)")
    .action(async (_options: unknown, command: Command) => {
      await (await import("./history")).history(command);
    });

  root
    .command("executor")
    .description("an executor of a running driver; the secret comes in FIRESTEEL_SECRET or FIRESTEEL_SECRET_FILE")
    .allowUnknownOption()
    .allowExcessArguments()
    .usage(
      "--driver-url <host:port> --executor-id <id> --app-id <id> [--cores <n>] [--memory <size>] [--hostname <name>] [options]",
    )
    .addHelpText("after", "\nWorkers and local clusters start executors themselves.")
    .action(async (_options: unknown, command: Command) => {
      (await import("./executor")).executor(command.args);
    });
}

/** What starts and ends such processes in the background, here or by ssh. */
function addBackground(root: Command): void {
  root
    .command("start")
    .description("start a master, worker or history server in the background; its log and process are in ~/.firesteel/run")
    .enablePositionalOptions()
    .passThroughOptions()
    .allowUnknownOption()
    .argument("<kind>", "master, worker or history")
    .argument("[args...]", "its arguments")
    .action(async (kind: string, args: string[]) => {
      const { daemonKind, startDaemon } = await import("./background");
      announce(await startDaemon(daemonKind(kind), args));
    });

  root
    .command("stop")
    .description("end what was started in the background of this machine, and wait for its end")
    .argument("<kinds...>", "master, worker, history")
    .action(async (kinds: string[]) => {
      const { daemonKind, stopDaemons } = await import("./background");
      for (const name of await stopDaemons(kinds.map(daemonKind))) announce(`firesteel: ${name} is ended`);
    });

  addPublicHost(addDaemonOptions(root.command("start-all")))
    .description("start a master here and workers on the machines of a file, by ssh, in the background")
    .option("--workers <file>", "names of machines, one a line (default: only this one)")
    .option("-p, --port <port>", "port of the master (default 7077)")
    .option("-c, --cores <n>", "cores that each worker offers")
    .option("-m, --memory <size>", "memory that each worker offers")
    .option("-d, --work-dir <dir>", "directory for logs of executors and drivers")
    .action(async (_options: unknown, command: Command) => {
      await (await import("./start-all")).startAll(command);
    });

  root
    .command("stop-all")
    .description("end what start-all started")
    .option("--workers <file>", "names of machines, one a line (default: only this one)")
    .action(async (_options: unknown, command: Command) => {
      await (await import("./start-all")).stopAll(command);
    });
}

function addCertificates(root: Command): void {
  root
    .command("certs")
    .description("make an authority, a certificate and a secret for trying a cluster with TLS")
    .argument("<dir>", "directory for ca.pem, ca-key.pem, cert.pem, key.pem and secret")
    .option("--host <list>", "names and addresses of the cluster's machines, with commas between them")
    .option("--days <n>", "how long the certificates hold", "365")
    .action(async (directory: string, options: { host?: string; days: string }) => {
      (await import("./certs")).certs(directory, options);
    });
}

/** `importModule` is `import()`, which works only in files that Node itself has loaded. */
export function main(importModule: ImportModule): void {
  setImport(importModule);
  program()
    .parseAsync(process.argv)
    .catch((error: unknown) => {
      const code = exitCodeOf(error);
      if (error instanceof Error && !("exitCode" in error)) process.stderr.write(`${lineOf(error)}\n`);
      leave(code);
    });
}
