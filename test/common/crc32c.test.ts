import fc from "fast-check";
import { crc32c } from "../../src/common/crc32c";

/** The definition, bit by bit. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe("crc32c", () => {
  // RFC 3720, appendix B.4, and the check value of the CRC catalogue.
  test.each([
    ["nothing", new Uint8Array(0), 0],
    ["123456789", Buffer.from("123456789"), 0xe3069283],
    ["32 zeros", new Uint8Array(32), 0x8a9136aa],
    ["32 ones", new Uint8Array(32).fill(255), 0x62a8ab43],
    ["32 rising", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ["32 falling", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ])("knows the published vector of %s", (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  test("agrees with the definition at every alignment, and continues from a seed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(7), fc.nat(400), (data, shift, cut) => {
        const bytes = new Uint8Array(data.length + shift).subarray(shift);
        bytes.set(data);
        const whole = slowCrc32c(data);
        expect(crc32c(bytes)).toBe(whole);
        expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(whole);
      }),
    );
  });
});
