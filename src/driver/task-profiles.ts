/**
 * Profiles of an application's tasks, by the dataset that their stage computed: what PySpark's `spark.python.profile` gathers, with
 * V8's sampling profiler.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Calls, CallTreeBuilder, isUserCode, mappedLocation } from "../common/call-tree";
import { ProfileAccumulator, PROFILE_MICROS } from "../rdd";

const RULE = "=".repeat(60);
const SECONDS = PROFILE_MICROS / 1e6;
/** Functions of a profile that are shown. */
const MOST_SHOWN = 40;

export class TaskProfiles {
  readonly #profiles = new Map<number, ProfileAccumulator>();
  readonly #shown = new Set<number>();

  /** @param mapStack gives stack traces the lines of the user's sources */
  constructor(
    private readonly register: (accumulator: ProfileAccumulator) => void,
    private readonly mapStack: (stack: string) => string,
  ) {}

  /** Where the profiles of tasks that compute this dataset go. */
  of(rddId: number): ProfileAccumulator {
    let profile = this.#profiles.get(rddId);
    if (profile === undefined) {
      this.#profiles.set(rddId, (profile = new ProfileAccumulator()));
      this.register(profile);
    }
    return profile;
  }

  /** One text a dataset, of those that no earlier call gave; in the order of their ids. */
  texts(): string[] {
    const fresh = this.#gathered().filter(([id]) => !this.#shown.has(id));
    for (const [id] of fresh) this.#shown.add(id);
    return fresh.map(([id, profile]) => profileText(id, profile.tasks, this.#mapped(profile)));
  }

  /** Writes `rdd_<id>.cpuprofile` for each dataset into the directory, and forgets all; answers the files. */
  async dump(directory: string): Promise<string[]> {
    const files: string[] = [];
    await mkdir(directory, { recursive: true });
    for (const [id, profile] of this.#gathered()) {
      const file = join(directory, `rdd_${id}.cpuprofile`);
      await writeFile(file, JSON.stringify(cpuProfile(this.#mapped(profile))));
      files.push(file);
    }
    this.#profiles.clear();
    this.#shown.clear();
    return files;
  }

  #gathered(): [number, ProfileAccumulator][] {
    return [...this.#profiles].filter(([, profile]) => !profile.isZero()).sort(([a], [b]) => a - b);
  }

  #mapped(profile: ProfileAccumulator): Calls {
    const builder = new CallTreeBuilder();
    builder.addCalls(profile.value, (location) => mappedLocation(location, this.mapStack));
    return builder.columns();
  }
}

/** As Python's profiler prints: functions by the time spent in themselves, then by that with what they called. */
function profileText(rddId: number, tasks: number, calls: Calls): string {
  const own = new Float64Array(calls.functions.length);
  const total = new Float64Array(calls.functions.length);
  const below = [...calls.self];
  for (let node = below.length - 1; node > 0; node--) below[calls.parent[node]!]! += below[node]!;
  for (let node = 1; node < below.length; node++) {
    own[calls.function[node]!]! += calls.self[node]!;
    if (!isWithinItself(calls, node)) total[calls.function[node]!]! += below[node]!;
  }
  // What only calls others is of interest where it is the user's.
  const order = [...calls.functions.keys()].filter((id) => own[id]! > 0 || (total[id]! > 0 && isUserCode(calls.locations[id]!)));
  order.sort((a, b) => own[b]! - own[a]! || total[b]! - total[a]!);
  const seconds = (samples: number): string => (samples * SECONDS).toFixed(3).padStart(9);
  return [
    RULE,
    `Profile of RDD<id=${rddId}>`,
    RULE,
    `         ${calls.samples} samples of ${PROFILE_MICROS / 1000} ms in ${tasks} ${tasks === 1 ? "task" : "tasks"}, ${(calls.samples * SECONDS).toFixed(3)} seconds`,
    "",
    "   Ordered by: internal time, cumulative time",
    "",
    "  tottime   cumtime  function (location)",
    ...order
      .slice(0, MOST_SHOWN)
      .map((id) => `${seconds(own[id]!)} ${seconds(total[id]!)}  ${named(calls.functions[id]!, calls.locations[id]!)}`),
    ...(order.length > MOST_SHOWN ? [`  … and ${order.length - MOST_SHOWN} more`] : []),
    "",
  ].join("\n");
}

function named(name: string, location: string): string {
  return location === "" ? name : `${name} (${location.replace(/^file:\/\//, "")})`;
}

/** Is the node's function among its callers? Then its time is theirs already. */
function isWithinItself(calls: Calls, node: number): boolean {
  for (let at = calls.parent[node]!; at > 0; at = calls.parent[at]!) if (calls.function[at] === calls.function[node]) return true;
  return false;
}

/** In the form that Chrome's developer tools, speedscope and editors open: the samples node by node, as if taken in that order. */
function cpuProfile(calls: Calls): object {
  const children = calls.parent.map((): number[] => []);
  for (let node = 1; node < calls.parent.length; node++) children[calls.parent[node]!]!.push(node + 1);
  const nodes = calls.parent.map((_, node) => ({
    id: node + 1,
    callFrame: callFrame(calls.functions[calls.function[node]!]!, calls.locations[calls.function[node]!]!),
    hitCount: calls.self[node],
    children: children[node],
  }));
  const samples = calls.self.flatMap((count, node) => new Array<number>(count).fill(node + 1));
  return {
    nodes,
    startTime: 0,
    endTime: samples.length * PROFILE_MICROS,
    samples,
    timeDeltas: samples.map(() => PROFILE_MICROS),
  };
}

function callFrame(functionName: string, location: string): object {
  const [, url = location, line = "1", column = "1"] = /^(.*?):(\d+):(\d+)$/.exec(location) ?? [];
  return { functionName, scriptId: "0", url, lineNumber: Number(line) - 1, columnNumber: Number(column) - 1 };
}
