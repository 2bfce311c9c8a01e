/**
 * What processes of applications and daemons in the background are given for glibc's allocator; other C libraries do not look at it.
 * Buffers of all sizes come and go in executors. Left alone, glibc keeps an arena for each of a dozen threads, of which after some
 * minutes half is holes that no other thread may use ([why](../../docs/adr/0058-holes-of-the-allocator.md)).
 */
const ALLOCATOR: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: "2" };

/** `environment` with settings of the allocator; those that it has already stay. */
export function withAllocator(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...ALLOCATOR, ...environment };
}
