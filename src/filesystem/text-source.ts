/**
 * Lines of a split, as chunks of text. A line ends with \n, \r or \r\n, whichever comes, and belongs to the split in
 * which it begins, a line that begins exactly where a split ends to that one: so a split begins behind the first line end
 * at or after its start (the first split at 0), and ends behind the first line end at or after its end. Those places are
 * the same seen from both sides, so no line is lost or doubled. Hadoop's LineRecordReader reads the same lines.
 */
import { constants, isAscii } from "node:buffer";
import type { Chunk, ChunkSource } from "../columnar/chunk";
import { DataError } from "../common/errors";
import { decompress } from "./codecs";
import type { FileSplit } from "./splits";
import { openBytes } from "./task-storage";
import type { ByteInput, TaskStorage } from "./task-storage";
import { decodeUtf8 } from "./utf8";

/** A source that reads files; `bytesRead` counts what was taken from storage, compressed bytes as they are. */
export interface FileSource extends ChunkSource {
  readonly bytesRead: number;
}

const LF = 10;
const CR = 13;

/** Chunks of this size stay in the processor's cache while user functions look at them. */
const CHUNK_BYTES = 64 * 1024;

/** Opens the lines of a split; chunks are of kind "lines", with \r and \r\n turned into \n. */
export function openTextSplit(split: FileSplit, storage: TaskStorage): FileSource {
  if (split.codec !== null) {
    const input = decompress(split.path, openBytes(split.path, 0, split.fileLength, storage), split.codec);
    return new LineSource(split.path, input, 0, Number.POSITIVE_INFINITY, CHUNK_BYTES);
  }
  const end = split.start + split.length;
  const input = openBytes(split.path, split.start, end, storage);
  // Behind the last byte of the file there is no line end to look for.
  return new LineSource(split.path, input, split.start, end >= split.fileLength ? Number.POSITIVE_INFINITY : end, CHUNK_BYTES);
}

/** Exported for tests, which make chunks small. */
export class LineSource implements FileSource {
  readonly #path: string;
  readonly #input: ByteInput;
  /** Where the split ends in the file. */
  readonly #end: number;
  #buffer: Buffer;
  /** The bytes [#from, #to) of the buffer are read and not yet handed on; byte #from is byte #position of the file. */
  #from = 0;
  #to = 0;
  #position: number;
  #inputEnded = false;
  /** Still before the first line that begins in the split. */
  #skipping: boolean;
  #done = false;

  constructor(path: string, input: ByteInput, start: number, end: number, chunkBytes: number) {
    this.#path = path;
    this.#input = input;
    this.#position = start;
    this.#end = end;
    this.#skipping = start > 0;
    this.#buffer = Buffer.allocUnsafeSlow(chunkBytes);
  }

  get bytesRead(): number {
    return this.#input.bytesRead;
  }

  next(): Chunk | null {
    while (!this.#done) {
      this.#fill();
      if (this.#skipping && !this.#skip()) continue;
      const cut = this.#findCut();
      if (cut === this.#from) continue;
      const from = this.#from;
      const first = this.#position === 0;
      this.#advance(cut);
      const text = this.#text(first ? skipByteOrderMark(this.#buffer, from, cut) : from, cut);
      if (text.length > 0) return { kind: "lines", text };
    }
    this.close();
    return null;
  }

  close(): void {
    this.#done = true;
    this.#from = this.#to = 0;
    this.#input.close();
  }

  /** Moves what is left to the front, makes room where a line fills the buffer, and reads until it is full. */
  #fill(): void {
    if (this.#from > 0) {
      this.#buffer.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
    } else if (this.#to === this.#buffer.length) this.#grow();
    while (!this.#inputEnded && this.#to < this.#buffer.length) {
      const n = this.#input.read(this.#buffer, this.#to, this.#buffer.length - this.#to);
      if (n === 0) this.#inputEnded = true;
      this.#to += n;
    }
  }

  #grow(): void {
    if (this.#buffer.length >= constants.MAX_STRING_LENGTH) {
      throw new DataError(
        "LINE_TOO_LONG",
        `A line of ${this.#path} is longer than a string can be (${constants.MAX_STRING_LENGTH} characters). ` +
          "Read the file with binaryFiles or binaryRecords.",
        { parameters: { path: this.#path } },
      );
    }
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#buffer.length * 2, constants.MAX_STRING_LENGTH));
    this.#buffer.copy(larger, 0, 0, this.#to);
    this.#buffer = larger;
  }

  #advance(to: number): void {
    this.#position += to - this.#from;
    this.#from = to;
  }

  /** Goes behind the first line end. False when there is none in the buffer, or no line begins in the split. */
  #skip(): boolean {
    const begin = this.#lineEnd(this.#from);
    if (begin < 0) {
      // A \r at the end may be followed by its \n.
      const last = this.#to > this.#from && this.#buffer[this.#to - 1] === CR ? this.#to - 1 : this.#to;
      this.#advance(this.#inputEnded ? this.#to : last);
      this.#done = this.#inputEnded;
      return false;
    }
    this.#advance(begin);
    this.#skipping = false;
    this.#done = this.#position > this.#end;
    return !this.#done;
  }

  /** Where to end the next chunk: at a line end, or at the end of everything, which sets #done; #from when more must be read. */
  #findCut(): number {
    if (this.#position + (this.#to - this.#from) > this.#end) {
      const last = this.#lineEnd(Math.max(this.#from, this.#from + this.#end - this.#position));
      if (last >= 0) {
        this.#done = true;
        return last;
      }
    }
    if (this.#inputEnded) {
      this.#done = true;
      return this.#to;
    }
    const feed = this.#buffer.subarray(this.#from, this.#to).lastIndexOf(LF);
    if (feed >= 0) return this.#from + feed + 1;
    // Lines that end with \r only. The last byte says nothing before the one behind it is known.
    const carriage = this.#to - this.#from < 2 ? -1 : this.#buffer.subarray(this.#from, this.#to - 1).lastIndexOf(CR);
    return this.#from + carriage + 1;
  }

  /** The position behind the first line end at or after `from`; -1 when that cannot be told yet, or there is none. */
  #lineEnd(from: number): number {
    const bytes = this.#buffer.subarray(from, this.#to);
    const feed = bytes.indexOf(LF);
    const carriage = (feed < 0 ? bytes : bytes.subarray(0, feed)).indexOf(CR);
    if (carriage < 0) return feed < 0 ? -1 : from + feed + 1;
    const next = from + carriage + 1;
    if (next < this.#to) return this.#buffer[next] === LF ? next + 1 : next;
    return this.#inputEnded ? next : -1;
  }

  #text(from: number, to: number): string {
    const bytes = this.#buffer.subarray(from, to);
    const text = isAscii(bytes) ? bytes.toString("latin1") : decodeUtf8(bytes);
    if (!bytes.includes(CR)) return text;
    // Twice as fast as moving bytes before decoding them.
    const unix = text.replaceAll("\r\n", "\n");
    return unix.includes("\r") ? unix.replaceAll("\r", "\n") : unix;
  }
}

function skipByteOrderMark(bytes: Buffer, from: number, to: number): number {
  return to - from >= 3 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf ? from + 3 : from;
}
