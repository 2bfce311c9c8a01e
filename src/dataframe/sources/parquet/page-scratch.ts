/** Regions of a thread's heap for what a page needs on its way to a vector. What is in one lasts until the next page is decoded. */
import { type Heap, Region } from "../wasm/heap";

interface Scratch {
  readonly levels: Region;
  readonly valid: Region;
  readonly physical: Region;
  readonly converted: Region;
  readonly spread: Region;
  readonly starts: Region;
  readonly ends: Region;
  readonly joined: Region;
  readonly places: Region;
  readonly taken: Region;
  readonly picked: Region;
  readonly tested: Region;
}

let scratchOfThread: Scratch | undefined;

/** Of this thread, which has one heap. */
export function scratch(of: Heap): Scratch {
  return (scratchOfThread ??= {
    levels: new Region(of),
    valid: new Region(of),
    physical: new Region(of),
    converted: new Region(of),
    spread: new Region(of),
    starts: new Region(of),
    ends: new Region(of),
    joined: new Region(of),
    places: new Region(of),
    taken: new Region(of),
    picked: new Region(of),
    tested: new Region(of),
  });
}
