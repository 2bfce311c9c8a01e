/** Numbers picked by their places: a loop for each kinds of arrays, of four values at a time (V8 looks at each turn of a loop whether it is to stop). */
import { compile } from "../compile";

export type Numbers = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Float32Array | Float64Array;
export type Indices = Uint8Array | Uint16Array | Int32Array;

/** Memory for `bytes` bytes, at a place that numbers of eight bytes may have; nothing is said of what is in it. */
export type Room = (bytes: number) => { readonly buffer: ArrayBufferLike; readonly offset: number };

type PickingLoop = (from: Numbers, to: Numbers, indices: Indices, count: number) => void;

const loops = new Map<string, PickingLoop>();

/** values[indices[0..count)]; where one `mayMiss`, 0 for negative indices. The result lies in `room`, without one in memory of its own. */
export function pick<A extends Numbers>(values: A, indices: Indices, count: number, mayMiss: boolean, room?: Room): A {
  const kind = values.constructor as { readonly name: string; readonly BYTES_PER_ELEMENT: number } & (new (
    first: ArrayBufferLike | number,
    offset?: number,
    length?: number,
  ) => A);
  let to: A;
  if (room === undefined) to = new kind(count);
  else {
    const { buffer, offset } = room(count * kind.BYTES_PER_ELEMENT);
    to = new kind(buffer, offset, count);
  }
  const key = `${kind.name} ${indices.constructor.name} ${mayMiss}`;
  let loop = loops.get(key);
  if (loop === undefined) loops.set(key, (loop = compile<PickingLoop>(sourceOf(mayMiss), {})));
  loop(values, to, indices, count);
  return to;
}

function sourceOf(mayMiss: boolean): string {
  const value = (at: string): string => (mayMiss ? `${at} < 0 ? 0 : from[${at}]` : `from[${at}]`);
  return `return (from, to, indices, count) => {
    let i = 0;
    for (const end = count - 3; i < end; i += 4) {
      const a = indices[i], b = indices[i + 1], c = indices[i + 2], d = indices[i + 3];
      to[i] = ${value("a")};
      to[i + 1] = ${value("b")};
      to[i + 2] = ${value("c")};
      to[i + 3] = ${value("d")};
    }
    for (; i < count; i++) {
      const a = indices[i];
      to[i] = ${value("a")};
    }
  };`;
}
