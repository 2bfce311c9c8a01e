/** Ctrl-C, SIGTERM and SIGHUP: jobs are cancelled, executors end, then the process. */
import { constants } from "node:os";
import { leave } from "../common/leave";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** The orderly end takes a fraction of a second; executors of a driver that is gone end by themselves. */
const LONGEST_STOP_MS = 3000;

let ending = false;

/** True once a signal has come: what fails from then on is its consequence and not worth a word. */
export function endedBySignal(): boolean {
  return ending;
}

/**
 * Ends the process with 128 + the signal's number after `stop`; a second signal ends it at once. A program that listens to
 * a signal itself decides itself.
 */
export function stopOnSignals(stop: () => Promise<void>, runningJobs: () => number): void {
  for (const signal of SIGNALS) {
    const code = 128 + constants.signals[signal];
    const received = (): void => {
      if (process.listenerCount(signal) > 1) return;
      if (ending) leave(code);
      ending = true;
      // The terminal may be gone.
      for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
      process.on("unhandledRejection", () => undefined);
      const jobs = runningJobs();
      setTimeout(() => leave(code), LONGEST_STOP_MS);
      void stop().finally(() => leave(code));
      const what = jobs === 0 ? "stopped" : jobs === 1 ? "cancelled 1 job" : `cancelled ${jobs} jobs`;
      process.stderr.write(`firesteel: ${what} (${signal})\n`);
    };
    process.on(signal, received);
  }
}
