/** `firesteel shell`: the executors are started before the engine is read, and both before the prompt needs them. */
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { prelaunchLocal } from "../../cluster/local-executors";
import { requireCached } from "../../common/cached-load";
import { checkSettings } from "../../common/check-settings";
import { SparkConf } from "../../common/conf";
import { MASTER } from "../../common/config-entries";
import { resolveSettings, setSubmittedSettings } from "../../common/submit-options";
import { loadEngine } from "../engine";
import { registerLoader } from "../loader/register";
import { loadedProgram } from "../loader/transform-cache";
import { checkFile } from "../named-file";
import { providePackages } from "../packages";
import { relaunched } from "../relaunch";
import { leave } from "../../common/leave";
import { stopOnSignals } from "../signals";
import type * as Shell from "./main";

export async function shell(command: Command): Promise<void> {
  const { init } = command.opts<{ init?: string }>();
  if (init !== undefined) checkFile(init, "file", "-i");
  const settings = new Map(resolveSettings(command));
  const otherwise = (key: string, value: string): void => {
    if (!settings.has(key)) settings.set(key, { value, origin: "firesteel shell" });
  };
  otherwise("spark.app.name", "firesteel shell");
  otherwise("spark.sql.repl.eagerEval.enabled", "true");
  checkSettings([...settings].map(([key, { value }]) => [key, value]));
  if (await relaunched(settings)) return;
  const hasPackages = providePackages(settings);
  setSubmittedSettings(settings);
  prelaunchLocal(new SparkConf().setIfMissing(MASTER.key, MASTER.defaultText), join(__dirname, "executor.js"));
  const engine = loadEngine();
  const { runShell } = requireCached(join(__dirname, "shell.js")) as typeof Shell;
  stopOnSignals(() => engine.stopAll(), engine.countActiveJobs);
  engine.switchLevelOnSignal();
  let isRegistered = false;
  const register = (): void => {
    if (!isRegistered) registerLoader();
    isRegistered = true;
  };
  // What is required at the prompt is looked for among them, too.
  if (hasPackages) register();
  const code = await runShell({
    engine,
    registerLoader: register,
    loadedProgram,
    folder: process.cwd(),
    ...(init === undefined ? {} : { init: resolve(init) }),
  });
  await engine.stopAll(0);
  // What the user left open must not keep the process.
  leave(code);
}
