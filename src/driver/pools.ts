/** Fair pools: those of `firesteel.scheduler.pools`, JSON with Spark's names of a pool's properties, and what users see of them. */
import { UsageError } from "../common/errors";
import type { PoolConfig } from "./scheduler/config";
import type { Pool } from "./scheduler/tasks/pools";

/** A fair pool as it is now. */
export interface PoolInfo {
  readonly name: string;
  readonly schedulingMode: "FIFO" | "FAIR";
  readonly weight: number;
  readonly minShare: number;
  readonly runningTasks: number;
  /** Stages that have tasks in it. */
  readonly stageIds: readonly number[];
}

export function poolInfo({ name, config, running, sets }: Pool): PoolInfo {
  const { mode, weight, minShare } = config;
  return { name, schedulingMode: mode, weight, minShare, runningTasks: running, stageIds: sets.map(({ stage }) => stage.id) };
}

export function parsePools(text: string): Readonly<Record<string, PoolConfig>> {
  if (text === "") return {};
  const wrong = (why: string, cause?: unknown): UsageError =>
    new UsageError("INVALID_POOLS", `firesteel.scheduler.pools: ${why}`, cause === undefined ? {} : { cause });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw wrong(`is not JSON: ${(error as Error).message}`, error);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw wrong("must be an object with a property for each pool.");
  return Object.fromEntries(
    Object.entries(parsed).map(([name, given]) => {
      const {
        schedulingMode = "FIFO",
        weight = 1,
        minShare = 0,
      } = (given ?? {}) as { schedulingMode?: unknown; weight?: unknown; minShare?: unknown };
      if (schedulingMode !== "FIFO" && schedulingMode !== "FAIR")
        throw wrong(`the schedulingMode of pool "${name}" must be FIFO or FAIR.`);
      if (typeof weight !== "number" || !(weight > 0)) throw wrong(`the weight of pool "${name}" must be a positive number.`);
      if (typeof minShare !== "number" || !(minShare >= 0))
        throw wrong(`the minShare of pool "${name}" must be a number of at least 0.`);
      return [name, { mode: schedulingMode, weight, minShare }];
    }),
  );
}
