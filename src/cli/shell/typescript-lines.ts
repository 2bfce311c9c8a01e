/** Lines of TypeScript, and commands that begin with a dot. */
import type { Commands } from "./commands";
import type { Completer, Completion } from "./completion";
import type { ShellSession } from "./session";
import type { Lines } from "./terminal";

export interface TypeScriptLinesOptions {
  readonly commands: Commands;
  readonly session: ShellSession;
  readonly completer: Completer;
  readonly fail: (error: unknown) => void;
}

export class TypeScriptLines implements Lines {
  readonly prompt = "firesteel> ";
  readonly more = "       ... ";
  readonly entries = "lines";

  constructor(private readonly options: TypeScriptLinesOptions) {}

  complete(text: string): Promise<Completion> {
    const { commands, completer } = this.options;
    return completer.complete(/^\.(?:\w*$|(?:load|type)\s)/.test(text) ? text : commands.continued(text));
  }

  begin(): void {
    this.options.session.beginLine();
  }

  cancel(): void {
    this.options.session.cancel();
  }

  command(line: string): "paste" | (() => Promise<boolean>) | null {
    const { commands } = this.options;
    const command = commands.commandOf(line);
    if (command === null) return null;
    return command.name === "paste" ? "paste" : () => commands.command(command.name, command.argument);
  }

  async run(typed: string, whole: boolean): Promise<string> {
    const { commands } = this.options;
    const text = commands.continued(typed);
    const cell = await commands.prepare(text, whole ? "each" : "last");
    if (cell === undefined) return typed;
    await commands.run(cell, text);
    return "";
  }

  fail(error: unknown): void {
    this.options.fail(error);
  }
}
