/** Standard input that is no terminal: a script. Values of its expressions are printed, and an error ends it with status 1. */
import { text as readAll } from "node:stream/consumers";
import type { Commands } from "./commands";

/** Resolves to the exit status. */
export async function runPiped(
  commands: Commands,
  input: NodeJS.ReadableStream,
  fail: (error: unknown) => void,
  init: string | undefined,
): Promise<number> {
  try {
    if (init !== undefined) await commands.load(init);
    for (const part of partsOf(await readAll(input))) {
      const command = commands.commandOf(part.trim());
      if (command === null) await commands.execute(part, "each");
      else if (await commands.command(command.name, command.argument)) return 0;
    }
    return 0;
  } catch (error) {
    fail(error);
    return 1;
  }
}

/** Code between commands, which stand at the beginning of lines of their own. Lines of code keep their numbers. */
export function partsOf(script: string): string[] {
  const parts: string[] = [];
  let begin = 0;
  const lines = script.split("\n");
  const code = (end: number): void => {
    const text = lines.slice(begin, end).join("\n");
    if (text.trim() !== "") parts.push("\n".repeat(begin) + text);
  };
  for (const [i, line] of lines.entries()) {
    if (!/^\.(?:help|load|type|error|exit|paste)(?:\s|$)/.test(line)) continue;
    code(i);
    parts.push(line);
    begin = i + 1;
  }
  code(lines.length);
  return parts;
}
