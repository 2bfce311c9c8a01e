import { withAllocator } from "../../src/cluster/allocator";

test("processes of applications get settings of the allocator, and what the environment says wins", () => {
  expect(withAllocator({ HOME: "/home/ann", MALLOC_ARENA_MAX: "9" })).toEqual({
    HOME: "/home/ann",
    MALLOC_ARENA_MAX: "9",
    MALLOC_MMAP_THRESHOLD_: "1048576",
    MALLOC_TRIM_THRESHOLD_: "2097152",
  });
});
