/** `firesteel run-example`: the programs in the package's examples folder. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../common/errors";
import { resolveSettings } from "../common/submit-options";
import { runProgram } from "./submit";

const examples = join(__dirname, "..", "examples");

export async function runExample(command: Command, name: string | undefined, args: readonly string[]): Promise<void> {
  const names = readdirSync(examples)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3))
    .sort();
  if (name === undefined) {
    process.stdout.write(`${names.join("\n")}\n`);
    return;
  }
  const file = join(examples, `${name.replace(/\.ts$/, "")}.ts`);
  if (!existsSync(file)) throw new UsageError("EXAMPLE_NOT_FOUND", `no example "${name}". There are: ${names.join(", ")}.`);
  await runProgram(file, args, resolveSettings(command), command.opts<{ verbose?: boolean }>().verbose === true);
}
