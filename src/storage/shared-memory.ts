/** Shared WebAssembly memories, for which the TypeScript library without a DOM has no types. */

/** A WebAssembly.Memory made shared: passes between threads by structured clone, SIMD kernels can import it. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** Length of WebAssembly's page, the unit of a memory's size. */
export const WASM_PAGE = 65_536;

const { Memory } = (
  globalThis as unknown as {
    WebAssembly: { Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => SharedMemory };
  }
).WebAssembly;

/** A memory of `bytes`, whole pages, that never grows. Its pages cost nothing until they are written. */
export function newSharedMemory(bytes: number): SharedMemory {
  return new Memory({ initial: bytes / WASM_PAGE, maximum: bytes / WASM_PAGE, shared: true });
}
