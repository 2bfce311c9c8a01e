import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { StructType } from "../../../../src/columnar/types";
import { driverFooter } from "../../../../src/dataframe/sources/parquet/infer";
import { Sources } from "../support";

const sources = new Sources("parquet");
afterAll(() => sources.close());

test("a footer that the driver keeps keeps nothing else: neither the end of its file, nor what small buffers share", async () => {
  const schema: StructType = { kind: "struct", fields: [{ name: "x", type: { kind: "double" }, nullable: false, metadata: {} }] };
  await sources.save(sources.at("long"), schema, [Array.from({ length: 20_000 }, (_, i) => [Math.sqrt(i)])]);
  const [file] = (await sources.load(sources.at("long"))).files!.files;
  expect(file!.length).toBeGreaterThan(1 << 16);
  const footer = await driverFooter(file!, sources.driver());
  const { min } = footer.metadata.rowGroups[0]!.columns[0]!.statistics!;
  expect(min).toHaveLength(8);
  const bytes = readFileSync(fileURLToPath(file!.path));
  expect(min!.buffer.byteLength).toBe(bytes.readUInt32LE(bytes.length - 8));
});
