/** The checksum of a part of a file, read through a small window. */
import { crc32 } from "node:zlib";
import { readLocal } from "./local-data";

const WINDOW = 2 ** 18;

/** CRC-32 of `length` bytes from `position` on; null when the file is shorter. Throws what reading throws. */
export function checksumOfPart(fd: number, position: number, length: number): number | null {
  const window = new Uint8Array(Math.min(WINDOW, length));
  let checksum = 0;
  for (let done = 0; done < length;) {
    const read = readLocal(fd, window, 0, Math.min(window.length, length - done), position + done);
    if (read === 0) return null;
    checksum = crc32(window.subarray(0, read), checksum);
    done += read;
  }
  return checksum;
}
