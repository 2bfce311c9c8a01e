/** An event log as one zip archive, made while it is read. */
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { ZipFile } from "yazl";
import type { EventLogFiles } from "../../events/event-log-files";

/** A rolling log keeps its directory. What is compressed already is stored as it is. */
export function zipOf({ path, parts }: EventLogFiles): Readable {
  const zip = new ZipFile();
  const rolling = dirname(parts[0]!) === path;
  for (const part of parts)
    zip.addFile(part, rolling ? join(basename(path), basename(part)) : basename(part), { compress: !part.includes(".zstd") });
  zip.end();
  return zip.outputStream as Readable;
}
