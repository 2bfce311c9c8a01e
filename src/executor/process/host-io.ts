/** What the process has open, and what its machine (or its container's network) has moved since it was started: from Linux's /proc. */
import { readdirSync, readFileSync } from "node:fs";

export interface HostIo {
  /** File descriptors of this process; 0: not known. */
  readonly openFiles: number;
  /** Bytes of all network interfaces, and of all disks but their partitions, as psutil counts them. 0: not known. */
  readonly netReceivedBytes: number;
  readonly netSentBytes: number;
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
}

/** Disks are counted in such sectors, whatever theirs are (Documentation/admin-guide/iostats.rst of the kernel). */
const SECTOR = 512;

export function hostIo(): HostIo {
  const [netReceivedBytes, netSentBytes] = sums(textOf("/proc/net/dev"), ([name, received, , , , , , , , sent]) =>
    name!.endsWith(":") ? [Number(received), Number(sent)] : null,
  );
  const disks = new Set(namesIn("/sys/block"));
  const [read, written] = sums(textOf("/proc/diskstats"), ([, , name, , , sectorsRead, , , , sectorsWritten]) =>
    disks.has(name!) ? [Number(sectorsRead), Number(sectorsWritten)] : null,
  );
  return {
    // Without the one that lists them.
    openFiles: Math.max(0, namesIn("/proc/self/fd").length - 1),
    netReceivedBytes,
    netSentBytes,
    diskReadBytes: read * SECTOR,
    diskWrittenBytes: written * SECTOR,
  };
}

/** Of those lines from whose words `of` makes numbers. */
function sums(text: string, of: (words: readonly string[]) => readonly [number, number] | null): [number, number] {
  const total: [number, number] = [0, 0];
  for (const line of text.split("\n")) {
    // "eth0:1234" where a counter fills its column.
    const words = line.replace(":", ": ").trim().split(/\s+/);
    const found = words.length < 3 ? null : of(words);
    if (found === null) continue;
    total[0] += found[0];
    total[1] += found[1];
  }
  return total;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // not on this system
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
