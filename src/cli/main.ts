/**
 * The `firesteel` command. Only what a subcommand needs is loaded: the time from the prompt to the first task counts.
 */
import { Command, CommanderError } from "commander";
import { FiresteelError } from "../common/errors";
import { addSubmitOptions } from "../common/submit-options";
import { version } from "../common/version";

/** One clear line and a non-zero exit for whatever the user can mend; a stack only for our own defects. */
function fail(error: unknown): never {
  if (error instanceof CommanderError) process.exit(error.exitCode);
  if (error instanceof FiresteelError && error.errorClass !== "INTERNAL_ERROR") process.stderr.write(`firesteel: ${error.message.replace(/^\[[A-Z_]+\] /, "")}\n`);
  else process.stderr.write(`firesteel: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}

function program(): Command {
  const root = new Command("firesteel")
    .description("Distributed data processing on Node.js.")
    .version(version, "--version", "print the version")
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError("(firesteel --help lists the commands)");

  addSubmitOptions(root.command("submit"))
    .description("run a program (.ts, .mts, .cts, .js, .mjs, .cjs) on local executors or a cluster")
    .version(version, "--version", "print the version")
    .passThroughOptions()
    .argument("<program>", "the application's file; everything after it belongs to the application")
    .argument("[args...]")
    .action(async (file: string, args: string[], _options: unknown, command: Command) => {
      await (await import("./submit")).submit(command, file, args);
    });

  addSubmitOptions(root.command("run-example"))
    .description("run one of the programs that come with firesteel; without a name, list them")
    .passThroughOptions()
    .argument("[name]")
    .argument("[args...]")
    .action(async (name: string | undefined, args: string[], _options: unknown, command: Command) => {
      await (await import("./run-example")).runExample(command, name, args);
    });

  root.command("executor")
    .description("an executor of a running driver; the secret comes in FIRESTEEL_SECRET or --secret-file")
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .action(async (_options: unknown, command: Command) => {
      (await import("./executor")).executor(command.args);
    });
  return root;
}

program().parseAsync(process.argv).catch(fail);
