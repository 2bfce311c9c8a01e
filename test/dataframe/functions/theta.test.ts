/** Theta sketches: bytes and estimates as PySpark 4.2 gives them (`SELECT hex(theta_sketch_agg(c)) FROM VALUES … t(c)`, …). */
import {
  decodeTheta,
  encodeTheta,
  thetaDifference,
  thetaEstimate,
  thetaHash,
  thetaIntersection,
  ThetaUpdate,
} from "../../../src/dataframe/functions/sketches/theta";
import type { ThetaSketch } from "../../../src/dataframe/functions/sketches/theta";

function ofLong(value: number): bigint {
  return thetaHash(new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
}

function ofRange(from: number, to: number, lg: number): ThetaSketch {
  const sketch = new ThetaUpdate(lg);
  for (let i = from; i < to; i++) sketch.add(ofLong(i));
  return sketch.result();
}

const hexOf = (hashes: readonly bigint[]): string => {
  const sketch = new ThetaUpdate(12);
  for (const hash of hashes) sketch.add(hash);
  return Buffer.from(encodeTheta(sketch.result())).toString("hex").toUpperCase();
};

test("bytes are those of DataSketches", () => {
  expect(hexOf([])).toBe("01030300001E0000");
  expect(hexOf([ofLong(1)])).toBe("01030300003ACC9315F97DCBBD86A105");
  expect(hexOf([1, 2, 3].map(ofLong))).toBe("0104033E011ACC930316861AF72DF7E4558FBE9C3477E9EAEFB2E5966BADAA3DC0");
  expect(hexOf(["a", "b"].map((text) => thetaHash(Buffer.from(text))))).toBe(
    "0104033F011ACC930269CB8F136C80FF0B186CFFEE6F750648",
  );
  const bytes = ["01", "0102030405060708090a0b0c0d0e0f1011"].map((hex) => thetaHash(Buffer.from(hex, "hex")));
  expect(hexOf(bytes)).toBe("0104033F011ACC930207D0803C66013EC912C7470EB06D4A64");
  expect(
    Buffer.from(encodeTheta(ofRange(0, 1000, 4)))
      .toString("hex")
      .toUpperCase(),
  ).toBe(
    "02040337011ACC9394DED6C8A0752A021054E975E5DB13AAED949BB9F88C2446B9A35A3E40E04CDFD38CE4FCD46F63B88B2F4711BA2F7D098A148BAEC7D83EABFD11841B23DA08998F9B5F27792F9643D34C4717096CA41DA3FBE21BF0B6E1C2F9519F31F564C451973006DEB9D849A1AF946EC17C533EDFA160DDEC687277",
  );
});

test("estimates beyond the nominal number", () => {
  expect(thetaEstimate(ofRange(0, 100_000, 12))).toBe(98046);
  expect(thetaEstimate(ofRange(0, 1000, 6))).toBe(982);
  const [a, b] = [ofRange(0, 1000, 6), ofRange(500, 1500, 7)];
  expect(thetaEstimate(thetaIntersection(a, b))).toBe(491);
  expect(thetaEstimate(thetaDifference(a, b))).toBe(491);
  const union = (lg: number, ...sketches: readonly ThetaSketch[]): number => {
    const all = new ThetaUpdate(lg);
    for (const sketch of sketches) all.unite(sketch);
    return thetaEstimate(all.result());
  };
  expect(union(6, a, b)).toBe(1519);
  expect(union(5, ofRange(0, 1000, 12), ofRange(500, 1500, 12))).toBe(1891);
});

test("bytes and back; other bytes are no sketch", () => {
  for (const sketch of [ofRange(0, 0, 4), ofRange(0, 1, 4), ofRange(0, 20, 12), ofRange(0, 5000, 8)]) {
    const { theta, hashes } = decodeTheta(encodeTheta(sketch))!;
    expect([theta, [...hashes].sort()]).toEqual([sketch.theta, [...sketch.hashes].sort()]);
  }
  const bytes = encodeTheta(ofRange(0, 100, 5));
  for (let length = 0; length < bytes.length; length++) expect(decodeTheta(bytes.subarray(0, length))).toBeNull();
  expect(decodeTheta(Buffer.from("abc"))).toBeNull();
  expect(decodeTheta(new Uint8Array(64))).toBeNull();
});
