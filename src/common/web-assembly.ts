/** WebAssembly's synchronous interface, for which the TypeScript library without a DOM has no types. */
export interface LinearMemory {
  /** A SharedArrayBuffer of a shared memory. */
  readonly buffer: ArrayBuffer;
  /** By pages of 64 KiB. The buffer from before is then empty, or ends where it did of a shared memory. */
  grow(pages: number): number;
}

interface WebAssemblyInterface {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: Readonly<Record<string, object>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  Memory: new (descriptor: { readonly initial: number; readonly maximum: number; readonly shared?: true }) => LinearMemory;
}

export const webAssembly: WebAssemblyInterface = (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface })
  .WebAssembly;
