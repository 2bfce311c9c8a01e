/** Whole lines of a split as bytes in the kernels' memory, window by window; which lines those are is said at text-source.ts. */
import { codecOf, decompress } from "../../../filesystem/codecs";
import { readFailed } from "../../../filesystem/file-system";
import { type ByteInput, openBytes, type TaskStorage } from "../../../filesystem/task-storage";
import { type Heap, Region } from "../wasm/heap";
import type { FileSplit } from "./packing";

const WINDOW_BYTES = 1 << 18;
const MAX_LINE_BYTES = 1 << 29;
const LF = 10;
const CR = 13;

export class LineWindows {
  readonly #heap: Heap;
  readonly #input: ByteInput;
  readonly #window: Region;
  /** Bytes [#from, #to) of the window are not yet used; byte #from is byte #position of the (decompressed) file. */
  #from = 0;
  #to = 0;
  #position: number;
  readonly #end: number;
  #inputEnded = false;
  #skipping: boolean;
  /** Whole lines of the window end here. */
  #cut = 0;
  #lastCut = false;
  #done = false;
  readonly #path: string;
  /** The file begins here. */
  readonly isFirst: boolean;

  constructor(split: FileSplit, heap: Heap, storage: TaskStorage) {
    const { path, start, length, fileLength } = split;
    this.#path = path;
    this.#heap = heap;
    const codec = codecOf(path);
    const end = start + length;
    if (codec === null) this.#input = openBytes(path, start, end, storage);
    else this.#input = decompress(path, openBytes(path, 0, fileLength, storage), codec);
    this.#position = codec === null ? start : 0;
    this.#end = codec !== null || end >= fileLength ? Infinity : end;
    this.isFirst = codec !== null || start === 0;
    this.#skipping = !this.isFirst;
    this.#window = new Region(heap);
    this.#window.need(WINDOW_BYTES);
  }

  get bytesRead(): number {
    return this.#input.bytesRead;
  }

  /** Addresses of the lines that are there: the last byte ends a line. */
  get begin(): number {
    return this.#window.address + this.#from;
  }

  get end(): number {
    return this.#window.address + this.#cut;
  }

  /** Lines up to the address are used. */
  use(address: number): void {
    this.#advance(address - this.#window.address);
  }

  /** The first of the lines that are there, in latin1, with its end; it is used then. */
  line(): string {
    const end = this.#lineEnd(this.#from);
    const at = this.#window.address;
    const text = this.#heap.bytes.toString("latin1", at + this.#from, at + end);
    this.#advance(end);
    return text;
  }

  /** Reads until there is a line that is not used; false at the end. */
  more(): boolean {
    if (this.#from < this.#cut) return true;
    while (!this.#done) {
      if (this.#lastCut) break;
      this.#fill();
      if (this.#skipping && !this.#skip()) continue;
      this.#findCut();
      if (this.#cut > this.#from) return true;
      if (this.#lastCut) break;
    }
    this.#done = true;
    return false;
  }

  #fill(): void {
    const { bytes } = this.#heap;
    let at = this.#window.address;
    const left = this.#to - this.#from;
    if (this.#from > 0) {
      bytes.copyWithin(at, at + this.#from, at + this.#to);
      this.#from = 0;
      this.#to = left;
    } else if (left > 0) {
      // A line fills the window.
      if (left > MAX_LINE_BYTES) throw readFailed(this.#path, `a line of it has more than ${MAX_LINE_BYTES} bytes`);
      at = this.#window.keep(left, left * 2 + WINDOW_BYTES);
    }
    this.#cut = 0;
    const room = Math.max(WINDOW_BYTES, left * 2);
    while (!this.#inputEnded && this.#to < room) {
      const n = this.#input.read(this.#heap.bytes, at + this.#to, room - this.#to);
      if (n === 0) {
        this.#inputEnded = true;
        this.#endLastLine(at);
      }
      this.#to += n;
    }
    if (this.#position === 0) this.#skipMark(at);
  }

  /** The last line of a file ends like any other. */
  #endLastLine(at: number): void {
    const { bytes } = this.#heap;
    if (this.#to === 0 || bytes[at + this.#to - 1] === LF) return;
    if (bytes[at + this.#to - 1] === CR) return;
    bytes[at + this.#to++] = LF;
  }

  #skipMark(at: number): void {
    const { bytes } = this.#heap;
    if (this.#to >= 3 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) this.#advance(3);
  }

  #advance(to: number): void {
    this.#position += to - this.#from;
    this.#from = to;
  }

  /** The place behind the first line end at or after `from`; -1 where there is none yet. */
  #lineEnd(from: number): number {
    const at = this.#window.address;
    const bytes = this.#heap.bytes.subarray(at + from, at + this.#to);
    const feed = bytes.indexOf(LF);
    const carriage = (feed < 0 ? bytes : bytes.subarray(0, feed)).indexOf(CR);
    if (carriage < 0) return feed < 0 ? -1 : from + feed + 1;
    const next = from + carriage + 1;
    if (next < this.#to) return this.#heap.bytes[at + next] === LF ? next + 1 : next;
    return this.#inputEnded ? next : -1;
  }

  /** A line that begins where the split begins belongs to the split before. */
  #skip(): boolean {
    const begin = this.#lineEnd(this.#from);
    if (begin < 0) {
      if (this.#inputEnded) this.#done = true;
      else {
        const at = this.#window.address;
        const carriage = this.#to > this.#from && this.#heap.bytes[at + this.#to - 1] === CR;
        this.#advance(carriage ? this.#to - 1 : this.#to);
      }
      return false;
    }
    this.#advance(begin);
    this.#skipping = false;
    this.#done = this.#position > this.#end;
    return !this.#done;
  }

  #findCut(): void {
    const at = this.#window.address;
    if (this.#position + (this.#to - this.#from) > this.#end) {
      const last = this.#lineEnd(Math.max(this.#from, this.#from + this.#end - this.#position));
      if (last >= 0) {
        this.#cut = last;
        this.#lastCut = true;
        return;
      }
    }
    if (this.#inputEnded) {
      this.#cut = this.#to;
      this.#lastCut = true;
      return;
    }
    const bytes = this.#heap.bytes.subarray(at + this.#from, at + this.#to);
    const feed = bytes.lastIndexOf(LF);
    if (feed >= 0) this.#cut = this.#from + feed + 1;
    else {
      const carriage = bytes.length < 2 ? -1 : bytes.subarray(0, bytes.length - 1).lastIndexOf(CR);
      this.#cut = this.#from + carriage + 1;
    }
  }

  close(): void {
    this.#done = true;
    this.#lastCut = true;
    this.#from = this.#cut = this.#to = 0;
    this.#window.free();
    this.#input.close();
  }
}
