/** Where the cores of one application go: on many workers, a core at a time in turn (spread out), or on as few as possible. */
import type { ResourceAmounts } from "../../common/resources";

export interface FreeWorker {
  readonly id: string;
  readonly cores: number;
  readonly memory: number;
  readonly resources: ResourceAmounts;
}

export interface Wish {
  /** Cores that the application may still get. */
  readonly cores: number;
  /** Executors that it may still get. */
  readonly executors: number;
  /** Cores of each of its executors; null: one executor on each worker, with all cores that are given to it there. */
  readonly executorCores: number | null;
  /** What each executor takes of the worker's resources. */
  readonly executorResources: ResourceAmounts;
  /** Memory of an executor with so many cores. */
  readonly memoryFor: (cores: number) => number;
  /** Most cores that an executor's memory serves. */
  readonly mostCores: number;
  readonly spreadOut: boolean;
}

export interface Share {
  readonly workerId: string;
  /** One entry an executor: its cores. */
  readonly executors: readonly number[];
}

/**
 * Divides what `workers` have free; those with the most free cores come first. An application whose executors have a size
 * gets whole executors only.
 */
export function assignCores(workers: readonly FreeWorker[], wish: Wish): Share[] {
  const sorted = [...workers].sort((a, b) => b.cores - a.cores || (a.id < b.id ? -1 : 1));
  const places = sorted.map((worker) => new Place(worker, wish));
  let cores = wish.cores;
  let executors = wish.executors;
  for (let progress = true; progress;) {
    progress = false;
    for (const place of places) {
      do {
        const step = place.next(cores, executors);
        if (step === null) break;
        cores -= step.cores;
        executors -= step.executors;
        progress = true;
      } while (!wish.spreadOut);
    }
  }
  return places
    .filter((place) => place.executors.length > 0)
    .map(({ worker, executors: each }) => ({ workerId: worker.id, executors: each }));
}

class Place {
  readonly executors: number[] = [];
  #cores = 0;
  #memory = 0;

  constructor(
    readonly worker: FreeWorker,
    private readonly wish: Wish,
  ) {}

  /** Takes the next executor, or the next core of the one that grows; null when nothing more fits. */
  next(coresLeft: number, executorsLeft: number): { readonly cores: number; readonly executors: number } | null {
    const { executorCores, executorResources, memoryFor, mostCores } = this.wish;
    const size = executorCores ?? 1;
    if (coresLeft < size || this.#cores + size > this.worker.cores) return null;
    const grows = executorCores === null && this.executors.length > 0;
    const before = grows ? memoryFor(this.executors[0]!) : 0;
    const after = memoryFor(grows ? this.executors[0]! + 1 : size);
    if (this.#memory - before + after > this.worker.memory) return null;
    if (grows ? this.executors[0]! >= mostCores : executorsLeft < 1) return null;
    const { resources } = this.worker;
    const count = this.executors.length + 1;
    if (!grows && Object.entries(executorResources).some(([name, each]) => (resources[name] ?? 0) < count * each)) return null;
    this.#cores += size;
    this.#memory += after - before;
    if (grows) this.executors[0]! += 1;
    else this.executors.push(size);
    return { cores: size, executors: grows ? 0 : 1 };
  }
}
