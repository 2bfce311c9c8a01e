/** A command line in words, as a shell splits it: quotes hold together, a backslash takes the next character as it is. */
import { UsageError } from "../../common/errors";

export function splitCommand(command: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < command.length; at++) {
    const character = command[at]!;
    if (quote !== null) {
      if (character === quote) quote = null;
      else if (character === "\\" && quote === '"' && '"\\$`'.includes(command[at + 1] ?? ""))
        word = (word ?? "") + (command[++at] ?? "");
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (character === "\\" && at + 1 < command.length) {
      word = (word ?? "") + command[++at];
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== null) throw new UsageError("INVALID_ARGUMENT", `pipe: the command has a ${quote} without its end: ${command}`);
  if (word !== null) words.push(word);
  return words;
}
