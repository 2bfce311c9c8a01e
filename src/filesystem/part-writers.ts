/**
 * Writers of one part file, for a task's own thread: bytes are collected into large writes, compressed on the way where
 * asked. Where the file lives and when it becomes visible is the business of task-output.ts.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { compressor } from "./codecs";
import type { Codec } from "./codecs";
import { errorText, writeFailed } from "./file-system";

export interface ByteSink {
  /** The bytes are copied or written before it returns. */
  write(bytes: Uint8Array): void;
  /** Writes what is held back and closes the file. To be called once, when all is written. */
  finish(): void;
  /** Closes the file, whatever is missing in it. Does nothing after finish. */
  close(): void;
  /** Bytes of the file so far, after compression. */
  readonly bytesWritten: number;
}

const BUFFER_BYTES = 128 * 1024;

/** A new local file, compressed with `codec`. `name` is what errors call it. */
export function openSink(localFile: string, codec: Codec | null, name: string): ByteSink {
  const file = new FileSink(localFile, name);
  return codec === null ? file : new CompressedSink(file, codec);
}

class FileSink implements ByteSink {
  bytesWritten = 0;
  readonly #name: string;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #used = 0;
  #fd: number;

  constructor(localFile: string, name: string) {
    this.#name = name;
    try {
      this.#fd = openSync(localFile, "wx");
    } catch (error) {
      throw writeFailed(name, errorText(error), error);
    }
  }

  write(bytes: Uint8Array): void {
    this.bytesWritten += bytes.length;
    if (bytes.length > BUFFER_BYTES - this.#used) this.#flush();
    if (bytes.length >= BUFFER_BYTES) this.#writeAll(bytes);
    else {
      this.#buffer.set(bytes, this.#used);
      this.#used += bytes.length;
    }
  }

  #flush(): void {
    this.#writeAll(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  #writeAll(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at, bytes.length - at);
    } catch (error) {
      throw writeFailed(this.#name, errorText(error), error);
    }
  }

  finish(): void {
    this.#flush();
    const fd = this.#fd;
    this.#fd = -1;
    try {
      // Some file systems report a full disk only here.
      closeSync(fd);
    } catch (error) {
      throw writeFailed(this.#name, errorText(error), error);
    }
  }

  close(): void {
    if (this.#fd < 0) return;
    closeSync(this.#fd);
    this.#fd = -1;
  }
}

class CompressedSink implements ByteSink {
  readonly #file: FileSink;
  readonly #compressor: ReturnType<typeof compressor>;

  constructor(file: FileSink, codec: Codec) {
    this.#file = file;
    this.#compressor = compressor(codec, (bytes) => file.write(bytes));
  }

  get bytesWritten(): number {
    return this.#file.bytesWritten;
  }

  write(bytes: Uint8Array): void {
    this.#compressor.write(bytes);
  }

  finish(): void {
    this.#compressor.end();
    this.#compressor.close();
    this.#file.finish();
  }

  close(): void {
    this.#compressor.close();
    this.#file.close();
  }
}

/** Characters collected before they are encoded: as a rope they cost less than a call an encoded line. */
const TEXT_CHARACTERS = 32 * 1024;

/** Lines of text as UTF-8, each with "\n" behind it. A lone surrogate becomes U+FFFD. */
export class TextPartWriter {
  readonly #sink: ByteSink;
  /** A character needs three bytes at most. */
  readonly #encoded = Buffer.allocUnsafeSlow(TEXT_CHARACTERS * 3);
  #text = "";

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  get bytesWritten(): number {
    return this.#sink.bytesWritten;
  }

  writeLine(line: string): void {
    this.#text += line + "\n";
    if (this.#text.length >= TEXT_CHARACTERS) this.flush();
  }

  /** Lines that have their "\n" already. */
  writeText(text: string): void {
    this.#text += text;
    if (this.#text.length >= TEXT_CHARACTERS) this.flush();
  }

  finish(): void {
    this.flush();
    this.#sink.finish();
  }

  close(): void {
    this.#sink.close();
  }

  /** Hands on to the sink what is held back. */
  flush(): void {
    const text = this.#text;
    this.#text = "";
    if (text.length > TEXT_CHARACTERS) this.#sink.write(Buffer.from(text, "utf8"));
    else if (text.length > 0) this.#sink.write(this.#encoded.subarray(0, this.#encoded.write(text, 0, "utf8")));
  }
}
