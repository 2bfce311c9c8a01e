/** What profilers record and contexts tell under Dask's names: the fields of Dask's, in its units. */

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

/** One attempt of a task that has ended, as Dask's task stream has it. */
export interface TaskStreamRecord {
  /** "3.0:5": stage, stage attempt and partition. */
  readonly key: string;
  /** The stage's name: an operation and where the program calls it. */
  readonly task: string;
  /** 0 for the first attempt. */
  readonly attempt: number;
  /** Address of the executor. */
  readonly worker: string;
  readonly status: "OK" | "error" | "killed";
  /** Bytes of the result. */
  readonly nbytes: number;
  /**
   * What its time went into, one after the other, in seconds since the epoch; what took none is left out. Waits for data of other
   * executors ("transfer") and writing for the next stage ("disk-write") happen all along, and are told before and after what is left.
   */
  readonly startstops: readonly { readonly action: TaskAction; readonly start: number; readonly stop: number }[];
}

export type TaskAction = "deserialize" | "transfer" | "compute" | "disk-write";

/** Something that happened to a partition of a stage. */
export interface StoryEvent {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly key: string;
  readonly event: "launched" | "OK" | "error" | "killed";
  readonly attempt: number;
  readonly taskId: number;
  /** Whether it is a copy of an attempt that takes long. */
  readonly speculative: boolean;
  /** Address of the executor. */
  readonly worker: string;
  /** Why the attempt failed or was ended. */
  readonly error?: string;
}

/** A function as V8's sampling profiler saw it called by another one. */
export interface ProfiledCall {
  readonly name: string;
  /** "/app/train.ts:12:5"; "" for native code. */
  readonly location: string;
  /** Samples in it and in what it called. */
  readonly count: number;
  /** What it called, the most frequent first. */
  readonly children: readonly ProfiledCall[];
}

/** What the task threads of all executors, or one process, were doing. */
export interface ProfileTree {
  /** Seconds since the epoch. */
  readonly startTime: number;
  readonly endTime: number;
  /** Between two samples of a thread. */
  readonly intervalMicros: number;
  readonly executors: readonly string[];
  readonly root: ProfiledCall;
}
