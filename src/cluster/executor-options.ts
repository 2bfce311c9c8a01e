/** Options of Node for every executor process; those of `spark.executor.extraNodeOptions` come after them. */

/** A main thread holds messages and little else: half of the reserve is garbage that has not been collected. */
const MAIN_HEAP_MB = 256;

/** As many threads as V8 has for compilers in a process by itself. */
const MOST_COMPILERS = 4;

const OF_ALL: readonly string[] = [
  `--max-old-space-size=${MAIN_HEAP_MB}`,
  // An executor has a task thread for each of its cores: helpers of a collection would take turns with them, and cost more than they
  // do. Of TPC-H at scale 1 on two cores this saves a quarter of the executor's processor time.
  "--single-threaded-gc",
  // A task thread that starts with V8's own choice collects six times before its first task has ended, a quarter of the processor time of
  // its start. Where the heap of a slot is small, V8 makes it less.
  "--min-semi-space-size=8",
  // Each marking takes byte code away that the next query needs.
  "--no-flush-bytecode",
  // How much byte code goes into one function; V8's own is 920. The functions of pipelines are large before anything is put into them, and are
  // compiled while tasks wait for a core.
  "--max-inlined-bytecode-size-cumulative=500",
];

/** @param cores task threads of the executor, one a core. */
export function executorNodeOptions(cores: number): readonly string[] {
  // Each task thread has its functions optimized, so that in first runs four compilers keep two cores from their tasks, and the main
  // thread from its messages.
  const compilers = Math.min(MOST_COMPILERS, Math.max(1, cores >> 1));
  return [...OF_ALL, `--v8-pool-size=${compilers}`];
}
