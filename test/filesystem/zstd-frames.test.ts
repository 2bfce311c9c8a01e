import fc from "fast-check";
import { ZstdFrames } from "../../src/filesystem/zstd-frames";

/** Made by the zstd tool. */
const FRAMES = [
  "KLUv/SQLWQAAaGVsbG8genN0ZApsV/lR", // a line; its size is in the header
  "KLUv/SALWQAAaGVsbG8genN0ZAo=", // the same without a checksum
  "KLUv/QRYWQAAaGVsbG8genN0ZApsV/lR", // the same from a pipe: no size
  "KLUv/SQAAQAAmenYUQ==", // nothing
  "KLUv/QRYVAAAEGFhAQD7/znAAgIAEGEDnwRhjV8Epg==", // 300,000 equal letters: three blocks
].map((text) => Buffer.from(text, "base64"));
/** A run-length block of 1000 bytes, the last one, without a checksum; and a frame to be passed over. */
const RUN = Buffer.from("28b52ffd2001431f0061", "hex");
const SKIPPABLE = Buffer.from("542a4d1803000000aabbcc", "hex");

function frameEnds(bytes: Uint8Array, pieceBytes: number): { ends: number[]; skippable: number; complete: boolean } {
  const frames = new ZstdFrames();
  const ends: number[] = [];
  let skippable = 0;
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const piece = bytes.subarray(start, start + pieceBytes);
    for (let at = 0; at < piece.length;) {
      at = frames.take(piece, at);
      if (!frames.complete) continue;
      ends.push(start + at);
      if (frames.skippable) skippable++;
    }
  }
  return { ends, skippable, complete: frames.complete };
}

describe("frames of zstd files", () => {
  test("end where they end, however the bytes come", () => {
    const frame = fc.constantFrom(...FRAMES, RUN, SKIPPABLE);
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.integer({ min: 1, max: 40 }), (frames, pieceBytes) => {
        let end = 0;
        const expected = frames.map((f) => (end += f.length));
        const skippable = frames.filter((f) => f === SKIPPABLE).length;
        expect(frameEnds(Buffer.concat(frames), pieceBytes)).toEqual({ ends: expected, skippable, complete: true });
      }),
    );
  });

  test("are incomplete when a byte is missing", () => {
    for (const frame of [...FRAMES, RUN, SKIPPABLE]) {
      for (let length = 1; length < frame.length; length++)
        expect(frameEnds(frame.subarray(0, length), 100)).toMatchObject({ ends: [], complete: false });
    }
  });

  test("are told from other bytes", () => {
    expect(() => frameEnds(Buffer.from("plain text"), 100)).toThrow("no zstd frame");
    expect(() => frameEnds(Buffer.concat([FRAMES[0]!, Buffer.from("junk")]), 100)).toThrow("no zstd frame");
  });
});
