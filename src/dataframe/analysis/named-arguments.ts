/** f(a, name => b): named arguments take the places of the parameters that they name. */
import { AnalysisError } from "../errors";
import type { Literal } from "../expressions/expression";
import type { FunctionEntry } from "../functions/registry";
import type { UnresolvedExpression, UserFunction } from "../syntax/expression";
import { idText, quoted } from "./messages";
import { nearest } from "./suggestions";

interface NamedCall {
  readonly args: readonly UnresolvedExpression[];
  readonly argNames?: readonly (string | null)[];
}

export function withNamedArguments<C extends NamedCall>(entry: FunctionEntry, call: C, name: string): C {
  const { parameters } = entry;
  if (call.args.length === 0 && entry.kind === "generatorFunction" && parameters !== undefined) {
    throw missing([name], parameters[0] as string, 0, call);
  }
  if (call.argNames === undefined || call.argNames.every((one) => one === null)) {
    if (call.args.length > 0 || entry.parameterDefaults === undefined) return call;
    throw missing([name], parameters?.[0] as string, 0, call);
  }
  if (entry.parameters === undefined) {
    throw new AnalysisError("NAMED_PARAMETERS_NOT_SUPPORTED", { functionName: idText([name]) }, atOf(call));
  }
  return { ...call, args: placed([name], entry.parameters, entry.parameterDefaults ?? [], call), argNames: [] };
}

/** The same for a function of the program: parameters with defaults may be left out at the end alone. */
export function withParameterNames<C extends NamedCall>(fn: UserFunction, call: C): C {
  if (call.argNames === undefined || call.argNames.every((one) => one === null)) return call;
  const parameters = fn.parameters?.() ?? null;
  if (parameters === null)
    throw new AnalysisError("NAMED_PARAMETERS_NOT_SUPPORTED", { functionName: idText([fn.name]) }, atOf(call));
  return { ...call, args: placed([fn.name], parameters, [], call), argNames: [] };
}

/** `position` counts from the first argument that is named. */
function missing(routine: readonly string[], parameter: string, position: number, call: NamedCall): AnalysisError {
  return new AnalysisError(
    "REQUIRED_PARAMETER_NOT_FOUND",
    { routineName: idText(routine), parameterName: quoted(parameter), index: String(position) },
    atOf(call),
  );
}

/**
 * Arguments in the order of `parameters`, of which the last have `defaults`. Another parameter that is left out between others
 * is an error, at the end it is not.
 */
function placed(
  routine: readonly string[],
  parameters: readonly string[],
  defaults: readonly Literal[],
  call: NamedCall,
): readonly UnresolvedExpression[] {
  const slots = slotted(routine, parameters, call);
  const positional = call.argNames?.findIndex((name) => name !== null) ?? 0;
  const end = slots.findLastIndex((slot) => slot !== undefined) + 1;
  return slots.slice(0, end).map((slot, i): UnresolvedExpression => {
    if (slot !== undefined) return slot;
    const otherwise = defaults[i - parameters.length + defaults.length];
    if (otherwise === undefined) throw missing(routine, parameters[i] as string, i - positional, call);
    return { kind: "literal", value: otherwise.value, type: otherwise.type };
  });
}

/** For each parameter its argument, or undefined. Positional ones first; too many of them stay at the end. */
export function slotted(
  routine: readonly string[],
  parameters: readonly string[],
  call: NamedCall,
): readonly (UnresolvedExpression | undefined)[] {
  const routineName = idText(routine);
  const at = atOf(call);
  const fold = (text: string): string => text.toLowerCase();
  const slots: (UnresolvedExpression | undefined)[] = parameters.map(() => undefined);
  const named = new Set<number>();
  call.args.forEach((arg, i) => {
    const name = call.argNames?.[i] ?? null;
    if (name === null) {
      if (named.size > 0) {
        const previous = call.argNames?.[i - 1] ?? "";
        throw new AnalysisError("UNEXPECTED_POSITIONAL_ARGUMENT", { routineName, parameterName: quoted(previous ?? "") }, at);
      }
      slots[i] = arg;
      return;
    }
    const position = parameters.findIndex((parameter) => fold(parameter) === fold(name));
    if (position < 0) {
      const proposal = nearest(
        [name],
        parameters.map((parameter) => [parameter]),
      )
        .slice(0, 3)
        .join(" ");
      throw new AnalysisError("UNRECOGNIZED_PARAMETER_NAME", { routineName, argumentName: quoted(name), proposal }, at);
    }
    const parameterName = quoted(parameters[position] as string);
    if (named.has(position)) {
      throw new AnalysisError(
        "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE",
        { routineName, parameterName },
        at,
      );
    }
    if (slots[position] !== undefined) {
      throw new AnalysisError(
        "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED",
        { routineName, parameterName },
        at,
      );
    }
    named.add(position);
    slots[position] = arg;
  });
  return slots;
}

function atOf(call: NamedCall): UnresolvedExpression["at"] {
  return (call as { at?: UnresolvedExpression["at"] }).at;
}
