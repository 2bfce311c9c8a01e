/** Which addresses of an executor's resources its tasks have. */
import { InternalError } from "../../../common/errors";
import type { ResourceAddresses, ResourceAmounts } from "../../../common/resources";

/** One resource: each address serves one task, or so many as its parts. */
interface Pool {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Parts of each address that no task has. */
  readonly free: number[];
  /** Addresses that a task takes, each with one part. */
  readonly each: number;
}

export class ExecutorResources {
  readonly #pools: readonly Pool[];

  constructor(has: ResourceAddresses, takes: ResourceAmounts) {
    this.#pools = Object.entries(takes).map(([name, amount]) => {
      const addresses = has[name] ?? [];
      const parts = amount <= 0.5 ? Math.floor(1 / amount) : 1;
      return { name, addresses, free: addresses.map(() => parts), each: Math.max(1, amount) };
    });
  }

  /** For one task. The executor must have a free slot: slots are counted by what is here. */
  take(): ResourceAddresses {
    return Object.fromEntries(
      this.#pools.map(({ name, addresses, free, each }) => {
        const taken: string[] = [];
        for (let at = 0; at < free.length && taken.length < each; at++) {
          if (free[at] === 0) continue;
          free[at]!--;
          taken.push(addresses[at]!);
        }
        if (taken.length < each) throw new InternalError(`A slot was free, but only ${taken.length} of ${each} ${name}.`);
        return [name, taken];
      }),
    );
  }

  /** What `take` gave to a task that is over. */
  giveBack(taken: ResourceAddresses): void {
    for (const { name, addresses, free } of this.#pools) for (const address of taken[name]!) free[addresses.indexOf(address)]!++;
  }
}
