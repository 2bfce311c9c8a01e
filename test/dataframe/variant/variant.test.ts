import fc from "fast-check";
import { VariantValue } from "../../../src/columnar/types";
import type { DataType } from "../../../src/columnar/types";
import { castFromVariant, castToVariant } from "../../../src/dataframe/variant/cast";
import { VariantReader } from "../../../src/dataframe/variant/decode";
import { DuplicateKey, VariantBuilder } from "../../../src/dataframe/variant/encode";
import { variantOfJson } from "../../../src/dataframe/variant/from-json";
import { parseVariantPath, variantAt } from "../../../src/dataframe/variant/path";
import { schemaOfVariant, schemaText } from "../../../src/dataframe/variant/schema";
import { variantToJson } from "../../../src/dataframe/variant/to-json";
import { settings } from "../functions/evaluate";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("the bytes are Spark's", () => {
  const variant = variantOfJson('{"a":1,"b":0.8,"c":"é","d":123456,"e":-1,"f":12345678901}');
  expect(hex(variant.value)).toBe(
    "020600010203040500020" + "80b10121b0c01200108000000" + "09c3a91440e201000cff18351cdcdf02000000",
  );
  expect(hex(variant.metadata)).toBe("01060001020304050661626364" + "6566");
});

test("JSON comes back", () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value);
      const back: unknown = JSON.parse(variantToJson(variantOfJson(text), "UTC"));
      expect(back).toEqual(JSON.parse(text, (_, each: unknown) => (Object.is(each, -0) ? 0 : each)));
    }),
  );
});

test("wide objects and arrays, long strings and many names", () => {
  const value = {
    ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`field${i}`, i])),
    list: Array.from({ length: 300 }, (_, i) => "x".repeat(i)),
  };
  const variant = variantOfJson(JSON.stringify(value));
  expect(JSON.parse(variantToJson(variant, "UTC"))).toEqual(value);
  const reader = VariantReader.of(variant);
  expect(reader.length).toBe(variant.value.length);
  expect(reader.field("field123")?.integer()).toBe(123);
  expect(reader.field("nothing")).toBeNull();
});

test("numbers keep their digits", () => {
  const round = (text: string): string => variantToJson(variantOfJson(text), "UTC");
  expect(round("9223372036854775807")).toBe("9223372036854775807");
  expect(round("92233720368547758070")).toBe("92233720368547758070");
  expect(round("-0.00000000000000000000000000000000000001")).toBe("-0.00000000000000000000000000000000000001");
  expect(round("1.500")).toBe("1.5");
  expect(round("1e2")).toBe("100.0");
});

test("a part is a variant of its own, and can be put into another", () => {
  const reader = VariantReader.of(variantOfJson('{"z":{"b":[1,{"c":"x"}]},"a":2}'));
  const part = variantAt(reader, parseVariantPath("$.z['b'][1]")!)!;
  expect(variantToJson(part.variant(), "UTC")).toBe('{"c":"x"}');
  const builder = new VariantBuilder();
  builder.append(reader);
  expect(variantToJson(builder.finish(), "UTC")).toBe('{"a":2,"z":{"b":[1,{"c":"x"}]}}');
});

test("paths", () => {
  expect(parseVariantPath("$")).toEqual([]);
  expect(parseVariantPath('$.a["b.c"][0]')).toEqual(["a", "b.c", 0]);
  for (const text of ["", "a", "$.", "$[", "$[a]", "$..a"]) expect(parseVariantPath(text)).toBeNull();
});

test("fields that occur twice are refused", () => {
  expect(() => variantOfJson('{"a":1,"a":2}')).toThrow(DuplicateKey);
});

test("values of types become variants and come back", () => {
  const given = settings({ timeZone: "UTC" });
  const type: DataType = {
    kind: "struct",
    fields: [
      { name: "n", type: { kind: "long" }, nullable: true },
      { name: "d", type: { kind: "decimal", precision: 30, scale: 5 }, nullable: true },
      { name: "t", type: { kind: "timestamp" }, nullable: true },
      { name: "l", type: { kind: "array", element: { kind: "string" }, containsNull: true }, nullable: true },
      { name: "b", type: { kind: "binary" }, nullable: true },
    ],
  };
  const row = fc.tuple(
    fc.option(fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 2n ** 54n, max: 2n ** 62n }))),
    fc.option(fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 2n ** 54n, max: 10n ** 29n }))),
    fc.option(fc.maxSafeInteger()),
    fc.option(fc.array(fc.option(fc.string()))),
    fc.option(fc.uint8Array()),
  );
  const to = castToVariant(type);
  const from = castFromVariant(type, true, given);
  fc.assert(
    fc.property(row, (values) =>
      expect(from(VariantReader.of(to(values)))).toEqual(values.map((each) => (Object.is(each, -0) ? 0 : each))),
    ),
  );
});

test("schemas name what is there", () => {
  const schema = (text: string): string => schemaText(schemaOfVariant(VariantReader.of(variantOfJson(text))));
  expect(schema('[{"b":true,"a":0},{"a":1.5}]')).toBe("ARRAY<OBJECT<a: DECIMAL(21,1), b: BOOLEAN>>");
  expect(schema('[1,"x"]')).toBe("ARRAY<VARIANT>");
});

test("damaged bytes are an error of the query", () => {
  expect(() => VariantReader.of(new VariantValue(new Uint8Array(), new Uint8Array([1, 0, 0])))).toThrow(
    expect.objectContaining({ errorClass: "MALFORMED_VARIANT" }) as Error,
  );
});
