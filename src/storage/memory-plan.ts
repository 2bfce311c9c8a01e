/**
 * One number, `spark.executor.memory`, split into what bounds an executor: a reserve for the main thread, a pool of flat
 * memory (the shared arena of blocks and the typed arrays of tasks), and a V8 heap per slot.
 *
 *   executor memory = reserve + pool + slots × heap
 *   pool            = spark.memory.fraction (0.6) of what the reserve leaves
 *   storage         keeps spark.memory.storageFraction (0.5) of the pool whatever tasks ask for; it may use up to three
 *                   quarters while they do not
 *
 * Node's own code and tables (some 80 MB for a bare process with two threads) come on top and are not counted.
 */
import { UsageError } from "../common/errors";
import { formatBytes, parseBytes } from "../common/units";
import { WASM_PAGE as PAGE } from "./shared-memory";

const MIB = 2 ** 20;

/** The main thread's heap, sockets and protocol messages. */
const RESERVE_BASE = 32 * MIB;
/** Message ports and buffers of one more worker thread. */
const RESERVE_PER_SLOT = 2 * MIB;
/** Below this a worker thread cannot run the engine's own code. */
const MIN_HEAP_PER_SLOT = 32 * MIB;
const MIN_POOL_BASE = 16 * MIB;
const MIN_POOL_PER_SLOT = 8 * MIB;
/** A wider young generation gains nothing on the engine's loops. */
const MAX_YOUNG = 48 * MIB;
const STORAGE_REACH = 0.75;

export interface MemoryPlanOptions {
  /** The value of spark.executor.memory: bytes, or text such as "512m" or "1g". Plain digits in text are bytes. */
  readonly executorMemory: number | string;
  readonly slots: number;
  /** Reads spark.memory.fraction and spark.memory.storageFraction. */
  readonly conf?: (key: string) => string | undefined;
  /** Bytes that the container grants this process; not checked when absent. See `containerMemoryLimit`. */
  readonly containerLimit?: number;
}

/** Bytes, except where the name says otherwise. */
export interface MemoryPlan {
  readonly executorMemory: number;
  readonly slots: number;
  /** What blocks and the execution memory of tasks may hold together. */
  readonly poolBytes: number;
  /** Part of the pool that tasks cannot take from blocks. */
  readonly protectedStorageBytes: number;
  /** The most that the arena may hand out: whole 64 KiB pages. */
  readonly arenaBytes: number;
  /** What tasks can always have together: the pool less the protected part. */
  readonly executionBytes: number;
  /** `resourceLimits.maxOldGenerationSizeMb` of a worker thread. */
  readonly heapPerSlotMb: number;
  /** `resourceLimits.maxYoungGenerationSizeMb` of a worker thread. */
  readonly youngPerSlotMb: number;
  readonly reserve: number;
}

/** The smallest executor memory for so many slots, in bytes. */
export function minimumExecutorMemory(slots: number): number {
  const pool = MIN_POOL_BASE + slots * MIN_POOL_PER_SLOT;
  return RESERVE_BASE + slots * RESERVE_PER_SLOT + pool + slots * MIN_HEAP_PER_SLOT;
}

/**
 * Splits the executor's memory. Throws a UsageError when it is below `minimumExecutorMemory(slots)` or above what the
 * container grants, or when a fraction is out of range.
 */
export function planMemory(options: MemoryPlanOptions): MemoryPlan {
  const { slots, containerLimit = Infinity } = options;
  const conf = options.conf ?? (() => undefined);
  if (!Number.isInteger(slots) || slots < 1)
    throw new UsageError("INVALID_SLOTS", `An executor needs at least one slot, not ${slots}.`);
  const total =
    typeof options.executorMemory === "number"
      ? options.executorMemory
      : parseBytes(options.executorMemory, "spark.executor.memory");
  const minimum = minimumExecutorMemory(slots);
  if (!(total >= minimum)) {
    throw new UsageError(
      "INVALID_EXECUTOR_MEMORY",
      `spark.executor.memory of ${formatBytes(total)} is too little for ${slots} ${slots === 1 ? "task slot" : "task slots"}: give at least ` +
        `${Math.ceil(minimum / MIB)}m, or fewer cores.`,
      { parameters: { memory: String(total), minimum: String(minimum), slots: String(slots) } },
    );
  }
  if (total > containerLimit) {
    throw new UsageError(
      "EXECUTOR_MEMORY_ABOVE_LIMIT",
      `spark.executor.memory of ${formatBytes(total)} is more than the ${formatBytes(containerLimit)} that this container or machine grants: ` +
        `lower it, or raise the container's limit.`,
      { parameters: { memory: String(total), limit: String(containerLimit) } },
    );
  }
  const fraction = readFraction(conf, "spark.memory.fraction", 0.6);
  const storageFraction = readFraction(conf, "spark.memory.storageFraction", 0.5);
  const reserve = RESERVE_BASE + slots * RESERVE_PER_SLOT + Math.floor(Math.max(0, total - minimum) / 32);
  const divisible = total - reserve;
  const pool = clamp(
    Math.floor(divisible * fraction),
    MIN_POOL_BASE + slots * MIN_POOL_PER_SLOT,
    divisible - slots * MIN_HEAP_PER_SLOT,
  );
  const heap = (divisible - pool) / slots;
  const young = Math.min(MAX_YOUNG, heap / 4);
  const protectedStorage = Math.floor(pool * storageFraction);
  const reach = Math.max(storageFraction, STORAGE_REACH);
  return {
    executorMemory: total,
    slots,
    poolBytes: pool,
    protectedStorageBytes: protectedStorage,
    arenaBytes: Math.max(PAGE, Math.floor((pool * reach) / PAGE) * PAGE),
    executionBytes: pool - protectedStorage,
    heapPerSlotMb: Math.floor((heap - young) / MIB),
    youngPerSlotMb: Math.max(1, Math.floor(young / MIB)),
    reserve,
  };
}

function readFraction(conf: (key: string) => string | undefined, key: string, fallback: number): number {
  const text = conf(key);
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!(value >= 0 && value < 1)) {
    throw new UsageError("INVALID_CONF_VALUE", `${key} must be a number from 0 to below 1, not "${text}".`, {
      parameters: { key, value: text },
    });
  }
  return value;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
