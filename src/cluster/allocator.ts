/**
 * What processes of applications are given for glibc's allocator; other C libraries do not look at it. Buffers of all sizes come and go in
 * executors. Left alone, glibc keeps an arena for each thread and learns to put buffers of up to 32 MiB there: after some minutes half of it is
 * holes, and more every hour ([why](../../docs/adr/0058-holes-of-the-allocator.md)).
 */
const ALLOCATOR: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: "2",
  // Longer ones have pages of their own, which go back to the system. Given a number, glibc learns no other.
  MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 21),
};

/** `environment` with settings of the allocator; those that it has already stay. */
export function withAllocator(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...ALLOCATOR, ...environment };
}
