import { createHash } from "node:crypto";
import { digester } from "../../../src/dataframe/codegen/digests";
import { slab } from "../../../src/dataframe/codegen/text-slab";

describe.each(["md5", "sha1"] as const)("%s", (algorithm) => {
  const digest = digester(algorithm);
  /** Around whole blocks, where the length does not fit any more, and where OpenSSL takes over. */
  const lengths = [0, 1, 3, 8, 47, 48, 49, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 300, 511, 512, 513, 5000];

  test.each(lengths)("of %d bytes is OpenSSL's, in the slab", (length) => {
    const bytes = Uint8Array.from({ length: length + 5 }, (_, i) => (i * 37 + length) & 255);
    const kept = slab.put("kept");
    const before = slab.bytes;
    const start = digest(bytes, 2, length + 2);
    const expected = createHash(algorithm)
      .update(bytes.subarray(2, length + 2))
      .digest("hex");
    expect(Buffer.from(slab.bytes.subarray(start, slab.end)).toString("latin1")).toBe(expected);
    expect(Buffer.from(before.subarray(kept, kept + 4)).toString("latin1")).toBe("kept");
  });

  test("a long message before leaves nothing behind for a short one", () => {
    digest(new Uint8Array(400).fill(255), 0, 400);
    const start = digest(Buffer.from("Spark"), 0, 5);
    const expected = createHash(algorithm).update("Spark").digest("hex");
    expect(Buffer.from(slab.bytes.subarray(start, slab.end)).toString("latin1")).toBe(expected);
  });
});
