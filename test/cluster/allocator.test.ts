import { withAllocator } from "../../src/cluster/allocator";

test("processes of applications get settings of the allocator, and what the environment says wins", () => {
  expect(withAllocator({})).toEqual({ MALLOC_ARENA_MAX: "2" });
  expect(withAllocator({ HOME: "/home/ann", MALLOC_ARENA_MAX: "9" })).toEqual({
    HOME: "/home/ann",
    MALLOC_ARENA_MAX: "9",
  });
});
