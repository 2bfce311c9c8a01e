/** How many models get how many calls of partialFit: successive halving, and Hyperband's brackets of it (Li et al., 2018). */

/** Models that are left, and calls that each of them has had by then. */
export interface Round {
  readonly models: number;
  readonly calls: number;
}

export interface Bracket {
  readonly bracket: number;
  readonly rounds: readonly Round[];
}

export interface HyperbandPlan {
  readonly brackets: readonly Bracket[];
  readonly totalModels: number;
  /** Calls of partialFit in all, where none stops early. */
  readonly partialFitCalls: number;
}

/** Of `models` candidates with `calls` calls each, one of `aggressiveness` is left each time, with so many times the calls, until one is left or no more rounds. */
export function halvingRounds(models: number, calls: number, aggressiveness: number, most = Infinity): Round[] {
  const rounds: Round[] = [];
  for (let i = 0, left = models; i <= most; i++) {
    rounds.push({ models: left, calls: Math.floor(calls * aggressiveness ** i) });
    if (left === 1) break;
    left = Math.max(1, Math.floor(left / aggressiveness));
  }
  return rounds;
}

/** Brackets from the one of most candidates and fewest calls to that of candidates which all get `maxIter` calls. */
export function hyperbandPlan(maxIter: number, aggressiveness: number): HyperbandPlan {
  // The largest s with aggressiveness^s ≤ maxIter: by multiplying, as logarithms are off by a bit for exact powers.
  let most = 0;
  while (aggressiveness ** (most + 1) <= maxIter) most++;
  const brackets = Array.from({ length: most + 1 }, (_, i): Bracket => {
    const s = most - i;
    const models = Math.ceil(((most + 1) / (s + 1)) * aggressiveness ** s);
    const rounds = Array.from({ length: s + 1 }, (_, k) => ({
      models: Math.floor(models * aggressiveness ** -k),
      calls: Math.floor(maxIter * aggressiveness ** (k - s)),
    }));
    return { bracket: s, rounds };
  });
  const calls = brackets.map(({ rounds }) =>
    rounds.reduce((sum, { models, calls }, k) => sum + models * (calls - (rounds[k - 1]?.calls ?? 0)), 0),
  );
  return {
    brackets,
    totalModels: brackets.reduce((sum, { rounds }) => sum + rounds[0]!.models, 0),
    partialFitCalls: calls.reduce((sum, each) => sum + each, 0),
  };
}
