/** Memory and options of Node hold from the start of a process: where they are set, the driver is a child of this one. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { parseBytes } from "../common/units";
import type { Settings } from "../common/submit-options";
import { leave } from "../common/leave";

const RELAUNCHED = "FIRESTEEL_DRIVER_OPTIONS";

/** Node's options for the driver: --driver-memory bounds its heap, --driver-java-options come as they are. */
function driverOptions(settings: Settings): string[] {
  const memory = settings.get("spark.driver.memory")?.value;
  const options = settings.get("spark.driver.extraNodeOptions")?.value ?? "";
  const heap =
    memory === undefined
      ? []
      : [`--max-old-space-size=${Math.max(64, Math.floor(parseBytes(memory, "spark.driver.memory", "m") / 2 ** 20))}`];
  return [...heap, ...options.split(/\s+/).filter((word) => word !== "")];
}

/**
 * Starts this very command again under the options that the settings ask for, and ends with it. Resolves to false, at once,
 * where the process has them already or none are asked for.
 */
export async function relaunched(settings: Settings): Promise<boolean> {
  const wanted = driverOptions(settings);
  const given = process.env[RELAUNCHED];
  delete process.env[RELAUNCHED];
  if (wanted.length === 0 || given === wanted.join(" ")) return false;
  const child = spawn(process.execPath, [...process.execArgv, ...wanted, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, [RELAUNCHED]: wanted.join(" ") },
  });
  // The terminal's signals reach both; the others are passed on.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP", "SIGUSR2"] as const) process.on(signal, () => child.kill(signal));
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status, signal) => resolve(status ?? 128 + constants.signals[signal!]));
  });
  leave(code);
}
