/** How functions turn their arguments into calls. */
import { refuse } from "../check";
import { Column, columnExpression, valueExpression } from "../column";
import type { UnresolvedExpression } from "../../syntax/expression";
import { isSeeded, newSeed } from "../../syntax/random-calls";

/** An argument that is a column: text is the name of one; numbers are values. */
export function column(argument: unknown): Column {
  if (argument === undefined) return refuse("The argument of a function", "a Column or a name", argument);
  return argument instanceof Column ? argument : new Column(columnExpression(argument));
}

/** An argument that is a value, text too, unless it is a column. */
export function value(argument: unknown): Column {
  return argument instanceof Column ? argument : new Column(valueExpression(argument));
}

/** An argument that may be left out. */
export function optional(convert: (argument: unknown) => Column, argument: unknown): Column | undefined {
  return argument === undefined ? undefined : convert(argument);
}

/** The call of a function by its SQL name. Arguments left out at the end are not there; before others they are null. */
export function call(name: string, ...args: readonly (Column | undefined)[]): Column {
  return new Column(callExpression(name, args));
}

export type CallExpression = Extract<UnresolvedExpression, { kind: "call" }>;

export function callExpression(name: string, args: readonly (Column | undefined)[]): CallExpression {
  let count = args.length;
  while (count > 0 && args[count - 1] === undefined) count--;
  return {
    kind: "call",
    name: [name],
    args: args.slice(0, count).map((arg) => (arg ?? value(null)).expression),
    ...(isSeeded(name) && { seed: newSeed() }),
  };
}
