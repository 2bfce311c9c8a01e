import { types as T } from "./support";
import { travelled } from "./travel";

const schema = new T.StructType([T.StructField("a", T.IntegerType, false), new T.StructField("b", T.ArrayType(T.StringType))])
  .add("c", T.DecimalType(10, 2), true, { comment: "it's" })
  .add("d e", "map<string, struct<x: double>>");

test("types are data, with or without new", () => {
  expect({ ...T.IntegerType }).toEqual({ kind: "int" });
  expect({ ...new T.DecimalType(10, 2) }).toEqual({ kind: "decimal", precision: 10, scale: 2 });
  expect({ ...T.ArrayType(T.LongType, false) }).toEqual({ kind: "array", element: { kind: "long" }, containsNull: false });
  expect({ ...T.CollatedStringType("UNICODE_CI") }).toEqual({ kind: "string", collation: "UNICODE_CI" });
});

test("types print", () => {
  expect(schema.simpleString()).toBe("struct<a:int,b:array<string>,c:decimal(10,2),d e:map<string,struct<x:double>>>");
  expect(schema.toDDL()).toBe(
    "a INT NOT NULL,b ARRAY<STRING>,c DECIMAL(10,2) COMMENT 'it\\'s',`d e` MAP<STRING, STRUCT<x: DOUBLE>>",
  );
  expect(T.DayTimeIntervalType(0, 2).sql()).toBe("INTERVAL DAY TO MINUTE");
  expect([T.IntegerType, T.TimeType(3), T.NullType, schema].map((type) => type.typeName())).toEqual([
    "integer",
    "time(3)",
    "void",
    "struct",
  ]);
  expect(schema.treeString()).toBe(`root
 |-- a: integer (nullable = false)
 |-- b: array (nullable = true)
 |    |-- element: string (containsNull = true)
 |-- c: decimal(10,2) (nullable = true)
 |-- d e: map (nullable = true)
 |    |-- key: string
 |    |-- value: struct (valueContainsNull = true)
 |    |    |-- x: double (nullable = true)
`);
});

test("types come back from DDL and JSON", () => {
  expect(T.StructType.fromDDL(schema.toDDL()).equals(schema)).toBe(true);
  expect(T.DataType.fromJson(schema.json()).equals(schema)).toBe(true);
  expect(T.StructType.fromJson(schema.json()).equals(schema)).toBe(true);
  expect(T.StructType.fromJson(schema.jsonValue()).treeString()).toBe(schema.treeString());
  expect(() => T.StructType.fromJson('"integer"')).toThrow("not of a struct");
  expect(T.DataType.fromDDL("array<int>").equals(T.ArrayType(T.IntegerType))).toBe(true);
  expect(T.DataType.fromDDL("a INT, b STRING").simpleString()).toBe("struct<a:int,b:string>");
  expect(() => T.DataType.fromDDL("nonsense<")).toThrow();
});

test("a schema whose columns the compiler knows", () => {
  const declared = T.StructType.of({ id: "bigint not null", "the name": "STRING", point: "struct<x: int>", at: T.TimestampType });
  expect(declared.toDDL()).toBe("id BIGINT NOT NULL,`the name` STRING,point STRUCT<x: INT>,at TIMESTAMP");
  expect(() => T.StructType.of({ id: "nonsense<" })).toThrow();
});

test("equality counts nullability", () => {
  expect(T.ArrayType(T.LongType).equals(T.ArrayType(T.LongType, false))).toBe(false);
  expect(T.LongType.equals({ kind: "long" })).toBe(true);
});

test("fields by name", () => {
  expect([schema.fieldNames(), schema.fieldIndex("c"), schema.field("a").nullable]).toEqual([["a", "b", "c", "d e"], 2, false]);
  expect(() => schema.field("z")).toThrow("no field z");
});

test("fields have Spark's names, and types with methods, within fields too", () => {
  const nested = T.StructType.fromDDL("id BIGINT NOT NULL, p STRUCT<x: ARRAY<INT>>");
  expect(nested.fields.map((field) => [field.name, field.dataType.simpleString(), field.dataType.typeName()])).toEqual([
    ["id", "bigint", "long"],
    ["p", "struct<x:array<int>>", "struct"],
  ]);
  const inner = nested.fields[1]!.dataType as T.StructType;
  expect(inner.fields[0]!.dataType.simpleString()).toBe("array<int>");
  expect([String(nested.fields[0]), nested.fields[0]!.json()]).toEqual([
    "id:bigint",
    '{"name":"id","type":"long","nullable":false,"metadata":{}}',
  ]);
  expect({ ...T.StructField("a", T.IntegerType) }).toEqual({ name: "a", type: { kind: "int" }, nullable: true });
  expect(travelled(nested).fields[0]!.dataType.simpleString()).toBe("bigint");
  const any: T.DataType = T.DataType.fromDDL("int");
  expect(any.simpleString()).toBe("int");
});

test("types that cannot be", () => {
  expect(() => T.DecimalType(39, 0)).toThrow("1 to 38");
  expect(() => T.DecimalType(3, 4)).toThrow("1 to 38");
});

test("types travel", () => {
  const back = travelled(schema);
  expect(back.equals(schema)).toBe(true);
  expect(travelled(T.IntegerType).simpleString()).toBe("int");
});
