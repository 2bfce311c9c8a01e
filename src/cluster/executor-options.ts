/** Options of Node for every executor process; those of `spark.executor.extraNodeOptions` come after them. */

/** A main thread holds messages and little else: half of the reserve is garbage that has not been collected. */
const MAIN_HEAP_MB = 256;

export const EXECUTOR_NODE_OPTIONS: readonly string[] = [
  `--max-old-space-size=${MAIN_HEAP_MB}`,
  // An executor has a task thread for each of its cores: helpers of a collection would take turns with them, and cost more than they
  // do. Of TPC-H at scale 1 on two cores this saves a quarter of the executor's processor time.
  "--single-threaded-gc",
  // A task thread that starts with V8's own choice collects six times before its first task has ended, a quarter of the processor time of
  // its start. Where the heap of a slot is small, V8 makes it less.
  "--min-semi-space-size=8",
  // Each marking takes byte code away that the next query needs.
  "--no-flush-bytecode",
];
