/** The bundle `shell.js`: a shell on a running engine, at a terminal or for a script on standard input; the prompt of SQL. */
import { join } from "node:path";
import type * as Engine from "../../engine";
import { silenceLoaderWarning } from "./cell";
import { Commands } from "./commands";
import { Display } from "./display";
import { type ErrorSources, briefly } from "./errors";
import { runPiped } from "./piped";
import { Completer } from "./completion";
import { historyFile } from "./history";
import { LineJobs } from "./line-jobs";
import { isInterruption } from "./running-cell";
import { type EnginePort, ShellSession } from "./session";
import { Terminal } from "./terminal";
import { TypeScriptLines } from "./typescript-lines";
import { warmTransform } from "./transform";

export { runSqlPrompt } from "./sql-prompt";

export interface ShellOptions {
  readonly engine: typeof Engine;
  readonly registerLoader: () => void;
  readonly loadedProgram: (path: string, isModule: boolean) => string | undefined;
  /** Where imports at the prompt start from. */
  readonly folder: string;
  /** A file to load first. */
  readonly init?: string;
}

/** Resolves to the exit status when the user leaves, or the script has ended. */
export async function runShell({ engine, registerLoader, loadedProgram, folder, init }: ShellOptions): Promise<number> {
  silenceLoaderWarning();
  warmTransform();
  process.setSourceMapsEnabled(true);
  const spark = startSession(engine);
  if (spark === undefined) return 1;
  const texts = new Map<string, string>();
  engine.setProgram(join(folder, "prompt"), (path, isModule) => texts.get(path) ?? loadedProgram(path, isModule));
  const written = new Map<string, string>();
  const sources: ErrorSources = { textOf: (path) => written.get(path), mapStack: engine.mapStack };
  const display = new Display(engine.api, () => engine.api.SparkSession.getActiveSession() ?? undefined, process.stdout.isTTY);
  const show = async (value: unknown): Promise<void> => {
    const text = await session.guard(() => display.textOf(value));
    if (text !== "") process.stdout.write(text);
  };
  const session = new ShellSession(folder, enginePort(engine, registerLoader, texts), show);
  Object.assign(session.scope, { spark, sc: spark.sparkContext, F: engine.api.functions });
  const commands = new Commands({ session, show, sources, written, engineFolder: __dirname });
  const screen: { terminal?: Terminal; failed?: true } = {};
  const fail = (error: unknown): void => {
    commands.lastError = error;
    process.stderr.write(briefly(error, sources));
  };
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    process.on(event, (error: unknown) => {
      if (isInterruption(error)) return void session.cancel();
      if (screen.terminal?.hungUp()) return;
      process.stderr.write("Outside of any line: ");
      fail(error);
      screen.failed = true;
      screen.terminal?.redraw();
    });

  if (!process.stdin.isTTY) {
    const status = await runPiped(commands, process.stdin, fail, init);
    return screen.failed ? 1 : status;
  }
  const { sparkContext } = spark;
  const completer = new Completer(session.scope, engine.api, folder);
  const lines = new TypeScriptLines({ commands, session, completer, fail });
  const terminal = (screen.terminal = new Terminal(lines, historyFile("history")));
  process.stdout.write(banner(engine.api.version, sparkContext.master, sparkContext.applicationId));
  await openDashboard(sparkContext);
  process.stdout.write("\n");
  return terminal.run(init === undefined ? undefined : () => commands.load(init));
}

/** Undefined, with a word on standard error, where the settings do not allow one. */
function startSession({ api }: typeof Engine): InstanceType<(typeof Engine)["api"]["SparkSession"]> | undefined {
  try {
    return api.SparkSession.builder.getOrCreate();
  } catch (error) {
    if (!(error instanceof api.FiresteelError) || error instanceof api.InternalError) throw error;
    process.stderr.write(`firesteel: ${error.message.replace(/^\[[A-Z_.]+\] /, "")}\n`);
    return undefined;
  }
}

function banner(version: string, master: string, applicationId: string): string {
  return [
    `firesteel ${version}, the TypeScript shell (Node.js ${process.versions.node})`,
    `master ${master}, application ${applicationId}`,
    `spark, sc and F (SQL functions) are there. .help lists commands, Ctrl-C cancels, Ctrl-D leaves.`,
    "",
  ].join("\n");
}

/** Who sits at a prompt wants to look, so the dashboard is there from the start; it tells its address itself where bars are shown. */
async function openDashboard(context: InstanceType<(typeof Engine)["api"]["SparkContext"]>): Promise<void> {
  const isSet = (key: string, otherwise: string): boolean => (context.getConf().get(key) ?? otherwise) === "true";
  if (!isSet("spark.ui.enabled", "true")) return;
  try {
    const url = await context.openUi();
    if (!process.stderr.isTTY || !isSet("spark.ui.showConsoleProgress", "true")) process.stdout.write(`Dashboard: ${url}\n`);
  } catch (error) {
    process.stderr.write(`There is no dashboard: ${(error as Error).message}\n`);
  }
}

function enginePort(engine: typeof Engine, registerLoader: () => void, texts: Map<string, string>): EnginePort {
  const jobs = new LineJobs(engine);
  return {
    noteProgramText: (path, text, sourceMapUrl) => {
      texts.set(path, text);
      engine.noteSourceMap(path, sourceMapUrl);
    },
    noteImported: engine.noteImported,
    runTagged: (cell, body) => jobs.runTagged(cell, body),
    cancelJobs: (cell) => jobs.cancel(cell),
    registerLoader,
  };
}
