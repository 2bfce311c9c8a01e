/** Candidates drawn at random. */
import { UsageError } from "../../common/errors";
import type { Estimator } from "../base/estimator";
import { type Param, ParamMap } from "../param/param";

/** A list, of which each value is as likely; or a range: uniform and loguniform give any number in it, randint whole ones before `high`. */
export type Distribution =
  | readonly unknown[]
  | { readonly low: number; readonly high: number; readonly distribution: "uniform" | "loguniform" | "randint" };

/** By name, for parameters of the estimator; as a list of pairs for those of stages of a pipeline. */
export type ParamDistributions = Readonly<Record<string, Distribution>> | readonly (readonly [Param<never>, Distribution])[];

export function checkDistributions(distributions: unknown): distributions is ParamDistributions {
  const all: unknown = typeof distributions === "object" && distributions !== null ? distributions : null;
  if (all === null) return false;
  const values: unknown[] = Array.isArray(all)
    ? all.map((pair: unknown) => (pair as unknown[])[1])
    : Object.values(all as object);
  return values.length > 0 && values.every(isDistribution);
}

function isDistribution(value: unknown): value is Distribution {
  if (Array.isArray(value)) return value.length > 0;
  const { low, high, distribution } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof low !== "number" || typeof high !== "number" || !(low < high)) return false;
  return distribution === "uniform" || distribution === "randint" || (distribution === "loguniform" && low > 0);
}

/** Numbers from 0 to before 1: mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * `count` candidates, the same for the same seed. Of lists only, no candidate comes twice, and there are at most as many as
 * combinations.
 */
export function sampledMaps(estimator: Estimator, distributions: ParamDistributions, count: number, seed: number): ParamMap[] {
  const axes: readonly (readonly [Param, Distribution])[] = Array.isArray(distributions)
    ? (distributions as readonly (readonly [Param, Distribution])[])
    : Object.entries(distributions as Readonly<Record<string, Distribution>>).map(([name, values]) => [estimator.getParam(name), values] as const); // prettier-ignore
  const random = randomNumbers(seed);
  const lists = axes.map(([, values]) => (Array.isArray(values) ? values.length : Infinity));
  const combinations = lists.reduce((product, length) => product * length, 1);
  if (Number.isFinite(combinations)) {
    const chosen = withoutReplacement(combinations, Math.min(count, combinations), random);
    return chosen.map((at) => {
      let rest = at;
      return new ParamMap(
        axes.map(([param, values]) => {
          const list = values as readonly unknown[];
          const value = list[rest % list.length];
          rest = Math.floor(rest / list.length);
          return [param, value] as const;
        }),
      );
    });
  }
  return Array.from(
    { length: count },
    () => new ParamMap(axes.map(([param, values]) => [param, drawn(values, random())] as const)),
  );
}

function drawn(values: Distribution, u: number): unknown {
  if (!("distribution" in values)) return values[Math.floor(u * values.length)];
  const { low, high, distribution } = values;
  switch (distribution) {
    case "uniform":
      return low + u * (high - low);
    case "randint":
      return low + Math.floor(u * (high - low));
    case "loguniform":
      return Math.exp(Math.log(low) + u * (Math.log(high) - Math.log(low)));
    default:
      throw new UsageError(
        "INVALID_ARGUMENT",
        `There is no distribution ${String(distribution)}: uniform, loguniform or randint.`,
      );
  }
}

/** Floyd's sampling: as many draws as are wanted, also of very many. */
function withoutReplacement(of: number, count: number, random: () => number): number[] {
  const chosen = new Set<number>();
  for (let i = of - count; i < of; i++) {
    const at = Math.floor(random() * (i + 1));
    chosen.add(chosen.has(at) ? i : at);
  }
  return [...chosen];
}
