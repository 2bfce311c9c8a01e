/** Call trees of executors merged into one: the data of a flame graph. */
import { type CallTree, CallTreeBuilder, isUserCode, mappedLocation } from "../common/call-tree";
import type { ProfiledCall, ProfileTree } from "../events/diagnostics";
import type { Profile } from "./api-types";

/** @param mapStack gives stack traces the lines of the user's sources. */
export function mergeProfiles(
  running: boolean,
  trees: readonly (readonly [executor: string, tree: string])[],
  mapStack: (stack: string) => string,
): Profile {
  const read = trees.map(([, text]) => JSON.parse(text) as CallTree);
  const builder = new CallTreeBuilder();
  for (const tree of read) builder.addCalls(tree, (location) => mappedLocation(location, mapStack));
  const { samples, functions, locations, parent, function: functionOf, self } = builder.columns();
  const total = [...self];
  for (let i = parent.length - 1; i > 0; i--) total[parent[i]!]! += total[i]!;
  return {
    running,
    intervalMicros: read.at(-1)?.intervalMicros ?? 0,
    samples,
    from: read.reduce((first, { from }) => Math.min(first, from), read[0]?.from ?? 0),
    to: read.reduce((last, { to }) => Math.max(last, to), 0),
    executors: trees.map(([id]) => id),
    functions: [...functions],
    locations: [...locations],
    user: locations.map(isUserCode),
    parent: [...parent],
    function: [...functionOf],
    self: [...self],
    total,
  };
}

export function profileTree({
  from,
  to,
  intervalMicros,
  executors,
  functions,
  locations,
  parent,
  function: of,
  total,
}: Profile): ProfileTree {
  const children = parent.map((): ProfiledCall[] => []);
  const calls = parent.map((_, i): ProfiledCall => {
    return { name: functions[of[i]!]!, location: locations[of[i]!]!, count: total[i]!, children: children[i]! };
  });
  parent.forEach((caller, i) => {
    if (caller >= 0) children[caller]!.push(calls[i]!);
  });
  for (const called of children) called.sort((a, b) => b.count - a.count);
  const root = calls[0] ?? { name: "(root)", location: "", count: 0, children: [] };
  return { startTime: from / 1000, endTime: to / 1000, intervalMicros, executors, root };
}
