/** Bundles the simulation with the scheduler, as it is or with its source changed, and loads it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";
import { build, type Plugin } from "esbuild";

const ROOT = join(__dirname, "../../../..");

/** A change to one source file: `find` must occur in it exactly once. */
export interface SourcePatch {
  /** Below src/driver/scheduler. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface SimulationModule {
  runHistory(seed: number): void;
}

export async function loadSimulation(patch?: SourcePatch): Promise<SimulationModule> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, "simulation.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
    logLevel: "error",
    absWorkingDir: ROOT,
    plugins: patch === undefined ? [] : [patching(patch)],
  });
  const module = { exports: {} as SimulationModule };
  const run = new Script(`(function (module, exports, require) {${outputFiles[0]!.text}\n})`, {
    filename: "simulation.cjs",
  }).runInThisContext() as (module: { exports: SimulationModule }, exports: SimulationModule, require: NodeJS.Require) => void;
  run(module, module.exports, createRequire(__filename));
  return module.exports;
}

function patching({ file, find, replace }: SourcePatch): Plugin {
  const path = join(ROOT, "src/driver/scheduler", file);
  const source = readFileSync(path, "utf8");
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`"${find}" occurs ${times} times in ${file}, not once.`);
  return {
    name: "planted-bug",
    setup(building): void {
      building.onLoad({ filter: /\.ts$/ }, (args) =>
        args.path === path ? { contents: source.replace(find, () => replace), loader: "ts" } : undefined,
      );
    },
  };
}
