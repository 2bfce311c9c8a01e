import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, deflateSync, gzipSync } from "node:zlib";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { codecOf, decompress, outputCodec } from "../../src/filesystem/codecs";
import type { Codec } from "../../src/filesystem/codecs";
import { openSink } from "../../src/filesystem/part-writers";
import { openTextSplit } from "../../src/filesystem/text-source";
import { linesOf, memoryInput, readAll, storageIn, temporaryDirectory } from "./support";

const directory = temporaryDirectory();
const HAVE_ZSTD = "createZstdDecompress" in zlib;

function fixture(name: string): Buffer {
  return readFileSync(join(__dirname, "fixtures", name));
}

function unpack(bytes: Uint8Array, codec: Codec, inPieces?: number, outPieces?: number): Buffer {
  return readAll(decompress("file:/data/x", memoryInput(bytes, 0, inPieces), codec), outPieces);
}

/** The generator with which the fixtures were made. */
function* random(seed: number): Generator<number> {
  for (let x = seed; ;) yield (x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff);
}

describe("gzip", () => {
  test("members that follow each other are one file, wherever reads cut them", () => {
    const member = fc.string({ maxLength: 40 }).map((text) => Buffer.from(text));
    fc.assert(
      fc.property(
        fc.array(member, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (members, inPieces, outPieces) => {
          const bytes = Buffer.concat(members.map((m) => gzipSync(m)));
          expect(unpack(bytes, "gzip", inPieces, outPieces)).toEqual(Buffer.concat(members));
        },
      ),
      { numRuns: 150 },
    );
  });

  test("blocks of every kind come through", () => {
    const text = Buffer.from(Array.from({ length: 50_000 }, (_, i) => `${i % 977} `).join(""));
    for (const level of [0, 1, 9]) expect(unpack(gzipSync(text, { level }), "gzip").equals(text)).toBe(true);
    expect(unpack(gzipSync(text, { strategy: constants.Z_FIXED }), "gzip").equals(text)).toBe(true);
  });

  test("a thousandfold compressed file is read in small pieces", () => {
    const input = memoryInput(gzipSync(Buffer.alloc(40_000_000)));
    const unpacked = decompress("file:/zeros.gz", input, "gzip");
    let total = 0;
    const piece = new Uint8Array(1 << 16);
    for (let n = unpacked.read(piece, 0, piece.length); n > 0; n = unpacked.read(piece, 0, piece.length)) total += n;
    expect(total).toBe(40_000_000);
  });

  test("what is damaged or cut off is an error that names the file", () => {
    const good = gzipSync("some text that is long enough to be cut");
    expect(() => unpack(good.subarray(0, good.length - 4), "gzip")).toThrow(
      /FAILED_READ_FILE.*file:\/data\/x: .*unexpected end of file/,
    );
    const flipped = Buffer.from(good);
    flipped[good.length - 6]! ^= 1;
    expect(() => unpack(flipped, "gzip")).toThrow(/file:\/data\/x: .*incorrect data check/);
    expect(() => unpack(Buffer.from("plain text"), "gzip")).toThrow(/incorrect header check/);
  });
});

test("deflate is zlib's format, as for Hadoop's DefaultCodec", () => {
  expect(unpack(deflateSync("a\nb"), "deflate", 3, 1).toString()).toBe("a\nb");
});

describe("bzip2", () => {
  const text = (): Buffer => {
    const words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"];
    const numbers = random(1);
    return Buffer.from(
      Array.from({ length: 40_000 }, (_, i) => `${words[((numbers.next().value as number) >> 16) & 7]} ${i % 100}\n`).join(""),
    );
  };
  const runs = (): Buffer => Buffer.concat(Array.from({ length: 600 }, (_, i) => Buffer.alloc(i + 1, ((i + 1) * 7) & 255)));
  const bytes = (): Buffer => {
    const numbers = random(7);
    return Buffer.from(
      Array.from({ length: 60_000 }, (_, i) => {
        const x = numbers.next().value as number;
        let bits = (x >> 8) & 0xffff;
        let k = 0;
        for (; bits & 1 && k < 255; bits >>= 1) k++;
        return i % 50 ? k : (x >> 12) & 255;
      }),
    );
  };

  // The fixtures were made by libbzip2: nothing, a line, several blocks, runs of 1 to 600 bytes, codes of all lengths.
  test.each<[string, () => Buffer]>([
    ["empty", () => Buffer.alloc(0)],
    ["hello", () => Buffer.from("hello\nbzip2\n")],
    ["blocks", text],
    ["runs", runs],
    ["bytes", bytes],
  ])("reads %s.bz2", (name, content) => {
    const packed = fixture(`${name}.bz2`);
    expect(unpack(packed, "bzip2").equals(content())).toBe(true);
    expect(unpack(packed, "bzip2", 7, 1000).equals(content())).toBe(true);
  });

  test("streams that follow each other are one file", () => {
    const packed = Buffer.concat([fixture("hello.bz2"), fixture("empty.bz2"), fixture("runs.bz2"), fixture("hello.bz2")]);
    const expected = Buffer.concat([Buffer.from("hello\nbzip2\n"), runs(), Buffer.from("hello\nbzip2\n")]);
    for (const pieces of [1, 13, 1 << 16]) expect(unpack(packed, "bzip2", pieces).equals(expected)).toBe(true);
  });

  test("a file cut at any byte is an error", () => {
    const packed = fixture("hello.bz2");
    for (let length = 0; length < packed.length; length++) {
      expect(() => unpack(packed.subarray(0, length), "bzip2")).toThrow(
        /FAILED_READ_FILE.*file:\/data\/x: it ends in the middle of a bzip2 stream/,
      );
    }
  });

  test("a flipped bit is an error, or changes nothing", () => {
    const packed = fixture("hello.bz2");
    let errors = 0;
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const flipped = Buffer.from(packed);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      let outcome = "";
      try {
        outcome = unpack(flipped, "bzip2").toString();
      } catch (error) {
        expect(String(error)).toMatch(/FAILED_READ_FILE/);
        errors++;
        continue;
      }
      // The level in the header, tables that no group selects, the bits that pad the last byte.
      expect(outcome).toBe("hello\nbzip2\n");
    }
    expect(errors).toBeGreaterThan(packed.length * 6);
  });

  test("what follows a stream must be one", () => {
    expect(() => unpack(Buffer.concat([fixture("hello.bz2"), Buffer.from("junk")]), "bzip2")).toThrow(/no bzip2 stream follow/);
  });
});

test("zstd is read and written where Node has it, and refused in words where not", () => {
  const path = join(directory, "z.zst");
  if (!HAVE_ZSTD) {
    expect(() => codecOf(`file:${path}`)).toThrow(/z\.zst needs Node 22\.15/);
    expect(() => outputCodec("zstd")).toThrow(/zstd needs Node 22\.15/);
    return;
  }
  const text = Buffer.from("some text\n".repeat(100_000));
  const sink = openSink(path, outputCodec("zstd"), path);
  sink.write(text);
  sink.finish();
  const packed = readFileSync(path);
  expect(packed.length).toBeLessThan(text.length / 10);
  expect(unpack(packed, "zstd").equals(text)).toBe(true);
  expect(unpack(Buffer.concat([packed, packed]), "zstd", 100, 1000).length).toBe(2 * text.length);
  expect(() => unpack(packed.subarray(0, packed.length - 1), "zstd")).toThrow(/FAILED_READ_FILE/);
});

describe("codecs by name", () => {
  test("extensions tell how files are read", () => {
    expect(["a.gz", "a.bz2", "a.deflate", "a.txt", "gz", "a.xz"].map(codecOf)).toEqual([
      "gzip",
      "bzip2",
      "deflate",
      null,
      null,
      null,
    ]);
    expect(() => codecOf("file:/a.snappy")).toThrow(/UNSUPPORTED_COMPRESSION.*a\.snappy.*snappy/);
  });

  test("writers take Hadoop's class names too", () => {
    expect([undefined, null, "none", "gzip", "org.apache.hadoop.io.compress.GzipCodec", "Deflate"].map(outputCodec)).toEqual([
      null,
      null,
      null,
      "gzip",
      "gzip",
      "deflate",
    ]);
    expect(() => outputCodec("bzip2")).toThrow(/UNSUPPORTED_COMPRESSION.*"bzip2"/);
    expect(() => outputCodec("rar")).toThrow(/"rar"/);
  });
});

test("compressed lines are read whole, with any line end", () => {
  const path = join(directory, "c.txt.gz");
  const bytes = Buffer.concat([gzipSync("z1\nz"), gzipSync("2\r\n\rlast")]);
  writeFileSync(path, bytes);
  const split = { path: `file:${path}`, start: 0, length: bytes.length, fileLength: bytes.length, codec: "gzip" } as const;
  const source = openTextSplit(split, storageIn(directory));
  expect(linesOf(source)).toEqual(["z1", "z2", "", "last"]);
  expect(source.bytesRead).toBe(bytes.length);
});
