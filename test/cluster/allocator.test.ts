import { withAllocator, withAllocatorOfDriver } from "../../src/cluster/allocator";

test("executors and daemons get settings of the allocator, and what the environment says wins", () => {
  expect(withAllocator({})).toEqual({ MALLOC_ARENA_MAX: "2" });
  expect(withAllocator({ HOME: "/home/ann", MALLOC_ARENA_MAX: "9" })).toEqual({
    HOME: "/home/ann",
    MALLOC_ARENA_MAX: "9",
  });
});

test("buffers of drivers have pages of their own, unless the environment says otherwise", () => {
  expect(withAllocatorOfDriver({ MALLOC_TRIM_THRESHOLD_: "1" })).toEqual({
    MALLOC_ARENA_MAX: "2",
    MALLOC_MMAP_THRESHOLD_: "131072",
    MALLOC_TRIM_THRESHOLD_: "1",
  });
});
