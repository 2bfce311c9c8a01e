/** SET, RESET, SET TIME ZONE. */
import { AnalysisError } from "../../errors";
import type { Statement } from "../../syntax/command";
import { zoneOfMachine } from "../../types/machine-zone";
import { NOTHING, table } from "../ports";
import type { CommandResult, CommandSession } from "../ports";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export function setCommand(command: Command<"set">, session: CommandSession): CommandResult {
  const { key, value } = command;
  const { conf } = session;
  if (key === null) {
    if (!command.verbose)
      return table(
        ["key", "value"],
        [...conf.entries()].sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    return table(
      ["key", "value", "meaning", "Since version"],
      conf.documented().map((one) => [one.key, conf.get(one.key) ?? one.value, one.meaning, one.since]),
    );
  }
  if (value === null) return table(["key", "value"], [[key, conf.get(key) ?? "<undefined>"]]);
  if (session.catalog.findVariable(key.split(".")) !== null) {
    throw new AnalysisError("UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET", { variableName: `\`${key}\`` }, command.at);
  }
  conf.set(key, value);
  return table(["key", "value"], [[key, value]]);
}

export function resetCommand(command: Command<"reset">, session: CommandSession): CommandResult {
  if (command.key === null) session.conf.reset();
  else session.conf.unset(command.key);
  return NOTHING;
}

export function setTimeZone(command: Command<"setTimeZone">, session: CommandSession): CommandResult {
  const zone = command.zone.toUpperCase() === "LOCAL" ? zoneOfMachine() : command.zone;
  session.conf.set("spark.sql.session.timeZone", zone);
  return table(["key", "value"], [["spark.sql.session.timeZone", zone]]);
}
