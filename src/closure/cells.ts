/**
 * Finds the variables that several captured functions share and one of them assigns (a counter and its reader). Each
 * becomes a cell that all of them see.
 *
 * V8 tells the values of a scope but not which activation of the outer function it belongs to. Two scopes are taken for
 * the same one when they stand at the same place with the same values, unless that would put two copies of one inner
 * function into it: `[counter(), counter()]` stays two counters.
 */
import type { Encoder } from "./encode";
import type { CapturedVariable, FunctionDraft } from "./encode-function";
import type { Slot } from "./wire";

interface Activation {
  readonly description: string;
  readonly height: number;
  readonly scriptId: string;
  readonly variables: object;
  /** Source offsets of the functions that are in it. */
  readonly members: Map<number | undefined, Set<number>>;
  readonly users: Map<string, CapturedVariable[]>;
}

export function findCells(drafts: readonly FunctionDraft[], encoder: Encoder): Map<CapturedVariable, Slot> {
  const cells = new Map<CapturedVariable, Slot>();
  const assigned = new Set(drafts.flatMap(({ analysis }) => [...analysis.assigned]));
  if (assigned.size === 0 || drafts.length < 2) return cells;
  const activations: Activation[] = [];
  for (const draft of drafts) {
    for (const variable of draft.captured) {
      if (!assigned.has(variable.name) || !variable.home) continue;
      const activation = activationOf(activations, draft, variable);
      const users = activation.users.get(variable.name);
      if (users) users.push(variable);
      else activation.users.set(variable.name, [variable]);
    }
  }
  const assigning = new Set(
    drafts.flatMap(({ analysis, captured }) => captured.filter(({ name }) => analysis.assigned.has(name))),
  );
  for (const { users } of activations) {
    for (const variables of users.values()) {
      const [first] = variables;
      if (!first || variables.length < 2 || !variables.some((variable) => assigning.has(variable))) continue;
      const cell = encoder.nodeSlot({ t: "cell", value: first.slot }, 0, first.name);
      for (const variable of variables) cells.set(variable, cell);
    }
  }
  return cells;
}

function activationOf(activations: Activation[], draft: FunctionDraft, variable: CapturedVariable): Activation {
  const home = variable.home as NonNullable<CapturedVariable["home"]>;
  const { description, variables } = home.scope;
  for (const activation of activations) {
    if (activation.scriptId !== home.scriptId || activation.height !== home.height || activation.description !== description)
      continue;
    // A module's top level exists once.
    if (!home.isModule) {
      if (!sameValues(activation.variables, variables)) continue;
      const copies = activation.members.get(draft.offset);
      if (home.isInnermost && copies && !copies.has(draft.index)) continue;
    }
    activation.members.set(draft.offset, new Set([draft.index]));
    return activation;
  }
  const made: Activation = {
    description,
    height: home.height,
    scriptId: home.scriptId,
    variables,
    members: new Map([[draft.offset, new Set([draft.index])]]),
    users: new Map(),
  };
  activations.push(made);
  return made;
}

function sameValues(a: object, b: object): boolean {
  const names = Reflect.ownKeys(a);
  if (names.length !== Reflect.ownKeys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && Object.is(valueAt(a, name), valueAt(b, name)));
}

function valueAt(variables: object, name: PropertyKey): unknown {
  try {
    return (variables as Record<PropertyKey, unknown>)[name];
  } catch {
    return undefined;
  }
}
