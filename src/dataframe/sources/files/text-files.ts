/** Files of text: which can be cut, lines of a split, whole files; on the driver, samples for inference. */
import { TextDecoder } from "node:util";
import { type Codec, codecOf, decompress } from "../../../filesystem/codecs";
import { errorText, readFailed } from "../../../filesystem/file-system";
import type { ByteSink } from "../../../filesystem/part-writers";
import { type ByteInput, openBytes, readWholeFile, type TaskStorage } from "../../../filesystem/task-storage";
import { type FileSource, openTextSplit } from "../../../filesystem/text-source";
import { decodeUtf8 } from "../../../filesystem/utf8";
import { DataError } from "../../../common/errors";
import { AnalysisError, QueryError } from "../../errors";
import type { DriverContext } from "../data-source";
import type { FileEntry } from "../relation";
import type { FileSplit } from "./packing";

export interface TextOptions {
  readonly lineSep: string | undefined;
  readonly encoding: string | undefined;
  /** Records go over line ends: files are read whole. */
  readonly whole: boolean;
}

export function isSplittable(file: FileEntry, options: TextOptions): boolean {
  return codecOf(file.path) === null && !options.whole && isPlain(options);
}

/** UTF-8 with the usual line ends, which are found without decoding what lies between. */
function isPlain({ lineSep, encoding }: TextOptions): boolean {
  return (lineSep === undefined || lineSep === "\n") && isUtf8(encoding);
}

function isUtf8(encoding: string | undefined): boolean {
  return encoding === undefined || /^(?:utf-?8|us-ascii|ascii)$/i.test(encoding);
}

/** Runs of lines, without their ends. */
export interface LineRuns {
  next(): string[] | null;
  readonly bytesRead: number;
  close(): void;
}

export function openLines(split: FileSplit, options: TextOptions, storage: TaskStorage): LineRuns {
  const codec = codecOf(split.path);
  if (isPlain(options)) {
    const { path, start, length, fileLength } = split;
    return new PlainLines(openTextSplit({ path, start, length, fileLength, codec }, storage));
  }
  const { text, bytesRead } = readText(split, options.encoding, storage);
  const lines = options.lineSep === undefined ? text.split(/\r\n|\r|\n/) : text.split(options.lineSep);
  if (lines[lines.length - 1] === "") lines.pop();
  let given = false;
  return {
    next: () => (given ? null : ((given = true), lines)),
    bytesRead,
    close: () => (given = true),
  };
}

class PlainLines implements LineRuns {
  constructor(private readonly source: FileSource) {}

  get bytesRead(): number {
    return this.source.bytesRead;
  }

  next(): string[] | null {
    const chunk = this.source.next();
    return chunk?.kind === "lines" ? linesOf(chunk.text) : null;
  }

  close(): void {
    this.source.close();
  }
}

export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

/** A whole file, decompressed. */
export function readBytes(split: FileSplit, storage: TaskStorage): { readonly bytes: Buffer; readonly bytesRead: number } {
  const codec = codecOf(split.path);
  if (codec === null) {
    const bytes = readWholeFile(split.path, split.fileLength, storage);
    return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), bytesRead: bytes.length };
  }
  const input = decompress(split.path, openBytes(split.path, 0, split.fileLength, storage), codec);
  try {
    return { bytes: drain(input), bytesRead: split.fileLength };
  } finally {
    input.close();
  }
}

export function readText(
  split: FileSplit,
  encoding: string | undefined,
  storage: TaskStorage,
): { readonly text: string; readonly bytesRead: number } {
  const { bytes, bytesRead } = readBytes(split, storage);
  return { text: decodeText(split.path, bytes, encoding), bytesRead };
}

function drain(input: ByteInput): Buffer {
  const parts: Buffer[] = [];
  for (;;) {
    const part = Buffer.allocUnsafe(256 * 1024);
    const n = input.read(part, 0, part.length);
    if (n === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, n));
  }
}

/** Errors of records say which file they are in. */
export function namingFile<T>({ path }: Pick<FileSplit, "path">, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof QueryError) throw readFailed(path, error.message, error);
    throw error;
  }
}

export function decodeText(path: string, bytes: Buffer, encoding: string | undefined): string {
  try {
    if (isUtf8(encoding)) {
      const marked = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
      return decodeUtf8(marked ? bytes.subarray(3) : bytes);
    }
    if (/^(?:iso-?8859-?1|latin-?1)$/i.test(encoding!)) return bytes.toString("latin1");
    return decoderOf(encoding!, bytes).decode(bytes);
  } catch (error) {
    if (error instanceof DataError || (error instanceof Error && "errorClass" in error)) throw error;
    throw readFailed(path, errorText(error), error);
  }
}

function decoderOf(encoding: string, bytes: Uint8Array): TextDecoder {
  // UTF-16 without a mark is big-endian, as Java reads it.
  const lowFirst = bytes[0] === 0xff && bytes[1] === 0xfe;
  const name = /^utf-?16$/i.test(encoding) ? (lowFirst ? "utf-16le" : "utf-16be") : encoding;
  try {
    return new TextDecoder(name);
  } catch {
    throw unknownCharset(encoding, "names of character sets");
  }
}

function unknownCharset(charset: string, charsets: string): AnalysisError {
  return new AnalysisError("INVALID_PARAMETER_VALUE.CHARSET", {
    functionName: "The option `encoding`",
    parameter: "`charset`",
    charset,
    charsets,
  });
}

/** UTF-8 that comes is written in the encoding; each write is of whole characters. Those that it has not become "?". */
export function encodedSink(sink: ByteSink, encoding: string | undefined): ByteSink {
  if (isUtf8(encoding)) return sink;
  const encode = encoderOf(encoding!);
  if (/^utf-?16$/i.test(encoding!)) sink.write(BYTE_ORDER_MARK);
  return {
    write: (bytes) => sink.write(encode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"))),
    finish: () => sink.finish(),
    close: () => sink.close(),
    get bytesWritten() {
      return sink.bytesWritten;
    },
  };
}

/** Throws for an encoding that text is not written in. */
export function encoderOf(encoding: string): (text: string) => Uint8Array {
  if (isUtf8(encoding)) return (text) => Buffer.from(text, "utf8");
  switch (encoding.toLowerCase()) {
    case "iso-8859-1":
    case "latin1":
      return (text) => Buffer.from(text.replaceAll(/[^\0-\xff]/gu, "?"), "latin1");
    case "utf-16le":
      return (text) => Buffer.from(text, "utf16le");
    case "utf-16be":
    case "utf-16":
      return (text) => Buffer.from(text, "utf16le").swap16();
    default:
      throw unknownCharset(encoding, "UTF-8, US-ASCII, ISO-8859-1, UTF-16, UTF-16LE and UTF-16BE");
  }
}

/** Of UTF-16 whose name leaves the order of bytes open: the high byte first, as Java writes it. */
const BYTE_ORDER_MARK = Uint8Array.of(0xfe, 0xff);

/** Most who ask for lines on the driver want the first ones. */
const FIRST_READ_BYTES = 64 * 2 ** 10;
const MOST_READ_BYTES = 4 * 2 ** 20;

/** The lines of a file on the driver, run by run. */
export async function* driverLines(file: FileEntry, options: TextOptions, driver: DriverContext): AsyncGenerator<string[]> {
  const codec = codecOf(file.path);
  if (codec !== null || !isPlain(options)) {
    const text = await driverText(file, options.encoding, driver, codec);
    const lines = options.lineSep === undefined ? text.split(/\r\n|\r|\n/) : text.split(options.lineSep);
    if (lines[lines.length - 1] === "") lines.pop();
    yield lines;
    return;
  }
  const fs = driver.fileSystems.of(file.path);
  let rest = Buffer.alloc(0);
  let size = FIRST_READ_BYTES;
  for (let at = 0; at < file.length; at += size, size = Math.min(2 * size, MOST_READ_BYTES)) {
    const bytes = await fs.readRange(file.path, at, Math.min(size, file.length - at));
    const all = Buffer.concat([rest, bytes]);
    const end = at + size >= file.length ? all.length : all.lastIndexOf(10) + 1;
    rest = all.subarray(end);
    if (end > 0)
      yield linesOf(decodeText(file.path, all.subarray(0, end), undefined).replaceAll("\r\n", "\n").replaceAll("\r", "\n"));
  }
}

/** A whole file as text on the driver. */
export async function driverText(
  file: FileEntry,
  encoding: string | undefined,
  driver: DriverContext,
  codec: Codec | null = codecOf(file.path),
): Promise<string> {
  const read = await driver.fileSystems.of(file.path).readRange(file.path, 0, file.length);
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.length);
  if (codec === null) return decodeText(file.path, bytes, encoding);
  const input = decompress(file.path, new BytesInput(bytes), codec);
  try {
    return decodeText(file.path, drain(input), encoding);
  } finally {
    input.close();
  }
}

class BytesInput implements ByteInput {
  bytesRead = 0;

  constructor(private readonly bytes: Buffer) {}

  read(into: Uint8Array, offset: number, length: number): number {
    const n = Math.min(length, this.bytes.length - this.bytesRead);
    into.set(this.bytes.subarray(this.bytesRead, this.bytesRead + n), offset);
    this.bytesRead += n;
    return n;
  }

  close(): void {}
}
