/** Why an executor's process ended, from how it ended and its last words on standard error. */
import type { ExecutorExit } from "../driver/endpoint/launcher";
import { EXIT_DRIVER_LOST, EXIT_MEMORY } from "../executor/exit-codes";

/** What V8 and Node print when a heap or an allocation cannot grow. */
const OUT_OF_MEMORY = /heap out of memory|Allocation failed|out of memory|OOM error|invalid (?:table|array) (?:size|length)/i;
const MAX_QUOTE = 300;
/** Node's exit code for options that it does not take (https://nodejs.org/api/process.html#exit-codes). */
const EXIT_INVALID_ARGUMENT = 9;

export function exitReason(code: number | null, signal: string | null, stderrTail: string): ExecutorExit {
  // A heap that cannot grow ends the whole process by SIGABRT, in rare cases SIGTRAP or SIGILL.
  const aborted = signal === "SIGABRT" || signal === "SIGTRAP" || signal === "SIGILL" || code === 134;
  const outOfMemory = code === EXIT_MEMORY || (aborted && OUT_OF_MEMORY.test(stderrTail));
  const how = signal !== null ? `killed by ${signal}` : `exited with code ${code}`;
  if (code === EXIT_MEMORY) return { code, signal, outOfMemory, reason: lastWords(stderrTail) ?? "out of memory" };
  if (outOfMemory)
    return {
      code,
      signal,
      outOfMemory,
      reason: `out of memory: a task filled its JavaScript heap and the process was aborted (${how}; see spark.executor.memory, cores)`,
    };
  if (signal === "SIGKILL")
    return { code, signal, outOfMemory, reason: `${how} (from outside, or by the system for want of memory)` };
  const words = code === 0 || code === EXIT_DRIVER_LOST ? null : (lastWords(stderrTail) ?? refusedOption(code, stderrTail));
  return { code, signal, outOfMemory, reason: words === null ? how : `${how}: ${words}` };
}

/** The last line that the executor itself wrote, without its prefix. */
function lastWords(stderr: string): string | null {
  const own = /^firesteel executor[^:]*: (.*)$/;
  const lines = stderr.trimEnd().split("\n");
  for (let i = lines.length - 1; i >= 0; i--) {
    const match = own.exec(lines[i]!);
    if (match !== null) return match[1]!.slice(0, MAX_QUOTE);
  }
  return null;
}

/** What Node says of an option that it does not take ("bad option: --x", "--x is not allowed in NODE_OPTIONS"), without the name of its binary. */
function refusedOption(code: number | null, stderr: string): string | null {
  if (code !== EXIT_INVALID_ARGUMENT) return null;
  const line = stderr.trimEnd().split("\n").at(-1)!;
  const words = line.slice(line.indexOf(": ") + 1).trim();
  return words === "" ? null : `node: ${words}`.slice(0, MAX_QUOTE);
}
