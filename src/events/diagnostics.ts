/** What the profilers with Dask's names record (`driver/diagnostics`): the fields of Dask's, in its units. */

/** One attempt of a task. */
export interface TaskData {
  /** "3.0:5": stage, stage attempt and partition. */
  readonly key: string;
  /** The stage's name: an operation and where the program calls it. */
  readonly task: string;
  /** Launched and finished, seconds since the epoch. */
  readonly startTime: number;
  readonly endTime: number;
  /** The executor. */
  readonly workerId: string;
  /** "Success", or why the attempt failed or was ended: "ExceptionFailure", "TaskKilled", … */
  readonly status: string;
}

/** What the driver and all executors take at one time. */
export interface ResourceData {
  /** Seconds since the epoch. */
  readonly time: number;
  /** Resident memory, MB of 1,000,000 bytes. */
  readonly mem: number;
  /** Percent of one core: 400 where four are busy. */
  readonly cpu: number;
  /** The same of each process: "driver", and executors by id. */
  readonly processes: Readonly<Record<string, { readonly mem: number; readonly cpu: number }>>;
}

/** A partition of a persisted dataset on one executor, from when it was stored until it went or changed its size. */
export interface CacheData {
  /** The block: "rdd_3_5" is partition 5 of dataset 3. */
  readonly key: string;
  /** The dataset. */
  readonly task: string;
  /** 1, or what the profiler's metric makes of the block. */
  readonly metric: number;
  /** Seconds since the epoch. */
  readonly cacheTime: number;
  readonly freeTime: number;
  readonly workerId: string;
}

/** What one profiler recorded, to be drawn. Times are seconds since the epoch. */
export type ProfilerRecord = { readonly startTime: number; readonly endTime: number } & (
  | { readonly kind: "tasks"; readonly results: readonly TaskData[] }
  | { readonly kind: "resources"; readonly results: readonly ResourceData[] }
  | { readonly kind: "cache"; readonly results: readonly CacheData[]; readonly metricName: string }
);
