/** The end of a process that may have lost its terminal. */
import { isatty } from "node:tty";

const STREAMS = [0, 1, 2] as const;
const terminals = STREAMS.filter((fd) => isatty(fd));

/** Whether a terminal that the process began with has been closed. */
export function terminalIsGone(): boolean {
  return terminals.some((fd) => !isatty(fd));
}

/**
 * `process.exit(code)`. At its very end Node gives the terminal back the modes that it found, and aborts, with a core file, where there is no
 * terminal any more: such a process ends by SIGHUP instead, once everything else that belongs to its end has been done.
 */
export function leave(code: number): never {
  if (terminalIsGone())
    process.once("exit", () => {
      process.removeAllListeners("SIGHUP");
      process.kill(process.pid, "SIGHUP");
    });
  process.exit(code);
}
