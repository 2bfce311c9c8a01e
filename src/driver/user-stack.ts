/** Stack traces of tasks as a user wants to read them: without the engine's own frames, and of bearable length. */
import { isEngineFrame } from "../common/engine-folder";

/** Lines of a task's failure that go into a message. */
const MOST_LINES = 12;
const LONGEST_LINE = 1000;

/**
 * Leaves out the frames that lie in the engine, as executors name them: its bundle and the loops that it generates. A stack
 * without any other frame stays as it is, because then the engine is what matters, unless the error was meant for the user: one
 * with a class, as in "TaskError: [NOT_A_PAIR] …". Frames inside of generators say nothing.
 */
export function withoutEngineFrames(stack: string): string {
  const lines = stack.split("\n");
  const isFrame = (line: string): boolean => /^\s+at /.test(line);
  const isEngine = (line: string): boolean =>
    isEngineFrame(line) || / \(?node:/.test(line) || /\.next \(<anonymous>\)$/.test(line);
  const isMeant = /^\w*Error: \[(?!INTERNAL)[A-Z0-9_.]+\] /.test(stack);
  if (!isMeant && !lines.some((line) => isFrame(line) && !isEngine(line))) return stack;
  return lines.filter((line) => !isFrame(line) || !isEngine(line)).join("\n");
}

/** At most so many lines of a moderate length, the first and the last of them. */
export function shortened(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}… (${line.length} characters)` : line));
  if (lines.length <= MOST_LINES) return lines.join("\n");
  const head = Math.ceil(MOST_LINES / 2);
  const tail = MOST_LINES - head - 1;
  return [...lines.slice(0, head), `    … (${lines.length - head - tail} more lines)`, ...lines.slice(-tail)].join("\n");
}
