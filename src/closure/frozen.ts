/**
 * A function or value as it was when it was captured: bytes that any thread of the application turns back into a live
 * value. Made by `freeze` (driver), opened by `Reviver` (worker threads, and the driver for class registration).
 */
export interface Frozen {
  /** Content hash of `bytes`: equal captures are sent and compiled once. */
  readonly hash: string;
  readonly bytes: Uint8Array;
  /**
   * True when no task can see what another task did to the captured state (nothing mutable is captured), so that a
   * thread may revive it once for all tasks. Otherwise every task gets a copy of its own.
   */
  readonly reusable: boolean;
  /** How messages call it: the function's name, or where it was made ("map at app.ts:12"). */
  readonly name: string;
}
