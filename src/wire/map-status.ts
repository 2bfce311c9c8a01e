/** A map output's facts as bytes: made by the executor that wrote it, kept by the driver, read by those who fetch. */
import type { MapOutputWritten } from "../storage/task-env";
import { wire } from "./wire";

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export function decodeMapStatus(bytes: Uint8Array): MapOutputWritten {
  const status = wire().messages.MapStatus.decode(bytes);
  const lengths = status.lengths;
  const offsets = new Float64Array(lengths.length + 1);
  for (let r = 0; r < lengths.length; r++) offsets[r + 1] = offsets[r]! + lengths[r]!;
  return { offsets, checksums: readWords(status.checksums) };
}

function readWords(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(bytes.length >>> 2);
  if (LITTLE_ENDIAN) new Uint8Array(words.buffer).set(bytes.subarray(0, words.byteLength));
  else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < words.length; i++) words[i] = view.getUint32(4 * i, true);
  }
  return words;
}
