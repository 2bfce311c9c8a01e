/**
 * What processes of applications and daemons in the background are given for glibc's allocator; other C libraries do not look at it.
 * Left alone, glibc keeps an arena for each of a dozen threads, of which after some minutes half is holes that no other thread may
 * use ([why](../../docs/adr/0058-holes-of-the-allocator.md)).
 */
const TWO_ARENAS: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: "2" };

/**
 * Buffers from 128 KiB on have pages of their own, which go back to the system when they are freed. For drivers, which live long and move
 * little; where data are computed, the kernel would clear pages again and again for tables of some megabytes.
 */
const OWN_PAGES: Readonly<Record<string, string>> = {
  ...TWO_ARENAS,
  MALLOC_MMAP_THRESHOLD_: "131072",
  MALLOC_TRIM_THRESHOLD_: "131072",
};

/** `environment` of an executor or a daemon with settings of the allocator; those that it has already stay. */
export function withAllocator(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...TWO_ARENAS, ...environment };
}

/** The same for a driver whose data are on executors of other processes. */
export function withAllocatorOfDriver(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...OWN_PAGES, ...environment };
}
