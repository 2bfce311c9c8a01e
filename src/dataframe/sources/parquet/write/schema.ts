/** How SQL types are stored: Parquet's schema for a table, and what becomes of each leaf. As Spark writes them (not its legacy layouts). */
import type { DataType, StructField, StructType } from "../../../../columnar/types";
import { AnalysisError } from "../../../errors";
import { simpleString } from "../../../types/text";
import { Converted, Physical, Repetition } from "../metadata";
import type { ThriftWriter } from "../thrift";

export type TimestampStorage = "INT96" | "TIMESTAMP_MICROS" | "TIMESTAMP_MILLIS";

export interface WriteNode {
  readonly name: string;
  readonly type: DataType;
  readonly repetition: Repetition;
  readonly children: readonly WriteNode[];
  /** Null for leaves. */
  readonly group: "struct" | "list" | "map" | "repeated" | null;
  readonly leaf: WriteLeaf | null;
  readonly fieldId: number | null;
}

/** How values reach their physical form. */
export type Storage =
  "boolean" | "int" | "float" | "double" | "long" | "millis" | "timeMicros" | "int96" | "fixedDecimal" | "bytes" | "nothing";

export interface WriteLeaf {
  readonly index: number;
  readonly path: readonly string[];
  readonly physical: Physical;
  readonly storage: Storage;
  readonly typeLength: number;
  readonly type: DataType;
  /** Levels of a value that is there. */
  readonly definition: number;
  readonly repetition: number;
}

export interface WriteSchema {
  readonly root: WriteNode;
  readonly leaves: readonly WriteLeaf[];
}

export function writeSchema(schema: StructType, timestamps: TimestampStorage): WriteSchema {
  const leaves: WriteLeaf[] = [];
  const build = (field: StructField, path: readonly string[], above: Levels, repetition: Repetition): WriteNode => {
    const { name } = field;
    const type = field.type.kind === "udt" ? field.type.sqlType : field.type;
    const own = [...path, name];
    const levels = {
      definition: above.definition + (repetition === Repetition.Required ? 0 : 1),
      repetition: above.repetition + (repetition === Repetition.Repeated ? 1 : 0),
    };
    const id = field.metadata?.["parquet.field.id"];
    const node = { name, type, repetition, leaf: null, fieldId: typeof id === "number" ? id : null };
    const optional = (child: string, childType: DataType, at: readonly string[], from: Levels): WriteNode =>
      build({ name: child, type: childType, nullable: true }, at, from, Repetition.Optional);
    switch (type.kind) {
      case "struct":
        if (type.fields.length === 0) throw new AnalysisError("EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", { format: "Parquet" });
        return { ...node, group: "struct", children: type.fields.map((child) => build(child, own, levels, Repetition.Optional)) };
      case "array": {
        const inner = { definition: levels.definition + 1, repetition: levels.repetition + 1 };
        const element = optional("element", type.element, [...own, "list"], inner);
        return { ...node, group: "list", children: [repeated("list", [element])] };
      }
      case "map": {
        const inner = { definition: levels.definition + 1, repetition: levels.repetition + 1 };
        const at = [...own, "key_value"];
        const key = build({ name: "key", type: type.key, nullable: false }, at, inner, Repetition.Required);
        const value = optional("value", type.value, at, inner);
        return { ...node, group: "map", children: [repeated("key_value", [key, value])] };
      }
      case "variant": {
        const child = (part: string): WriteNode =>
          build({ name: part, type: { kind: "binary" }, nullable: false }, own, levels, Repetition.Required);
        return { ...node, group: "struct", children: [child("value"), child("metadata")] };
      }
      default: {
        const leaf = leafOf(type, own, levels, leaves.length, timestamps);
        leaves.push(leaf);
        return { ...node, group: null, children: [], leaf };
      }
    }
  };
  const children = schema.fields.map((field) => build(field, [], { definition: 0, repetition: 0 }, Repetition.Optional));
  const root: WriteNode = {
    name: "spark_schema",
    type: schema,
    repetition: Repetition.Required,
    children,
    group: "struct",
    leaf: null,
    fieldId: null,
  };
  return { root, leaves };
}

interface Levels {
  readonly definition: number;
  readonly repetition: number;
}

function repeated(name: string, children: readonly WriteNode[]): WriteNode {
  return {
    name,
    type: { kind: "null" },
    repetition: Repetition.Repeated,
    children,
    group: "repeated",
    leaf: null,
    fieldId: null,
  };
}

function leafOf(type: DataType, path: readonly string[], levels: Levels, index: number, timestamps: TimestampStorage): WriteLeaf {
  const leaf = (physical: Physical, storage: Storage, typeLength = 0): WriteLeaf => ({
    index,
    path,
    physical,
    storage,
    typeLength,
    type,
    ...levels,
  });
  switch (type.kind) {
    case "boolean":
      return leaf(Physical.Boolean, "boolean");
    case "byte":
    case "short":
    case "int":
    case "date":
    case "yearMonthInterval":
      return leaf(Physical.Int32, "int");
    case "long":
    case "dayTimeInterval":
    case "timestamp_ntz":
      return leaf(Physical.Int64, "long");
    case "timestamp":
      if (timestamps === "INT96") return leaf(Physical.Int96, "int96");
      return leaf(Physical.Int64, timestamps === "TIMESTAMP_MILLIS" ? "millis" : "long");
    case "time":
      return leaf(Physical.Int64, "timeMicros");
    case "float":
      return leaf(Physical.Float, "float");
    case "double":
      return leaf(Physical.Double, "double");
    case "decimal":
      if (type.precision <= 9) return leaf(Physical.Int32, "int");
      if (type.precision <= 18) return leaf(Physical.Int64, "long");
      return leaf(Physical.FixedLength, "fixedDecimal", decimalBytes(type.precision));
    case "string":
    case "binary":
      return leaf(Physical.ByteArray, "bytes");
    case "null":
      return leaf(Physical.Int32, "nothing");
    default:
      throw new AnalysisError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", {
        columnName: path.join("."),
        columnType: simpleString(type),
        format: "Parquet",
      });
  }
}

/** The fewest bytes that hold all decimals of so many digits. */
export function decimalBytes(precision: number): number {
  let bytes = 1;
  while (2n ** BigInt(8 * bytes - 1) <= 10n ** BigInt(precision)) bytes++;
  return bytes;
}

/** The schema elements, depth first. */
export function elementsOf(node: WriteNode, isRoot = true): ((writer: ThriftWriter) => void)[] {
  const own = (w: ThriftWriter): void => {
    if (node.leaf !== null) {
      w.i32(1, node.leaf.physical);
      if (node.leaf.typeLength > 0) w.i32(2, node.leaf.typeLength);
    }
    if (!isRoot) w.i32(3, node.repetition);
    w.text(4, node.name);
    if (node.leaf === null) w.i32(5, node.children.length);
    annotate(w, node);
  };
  return [own, ...node.children.flatMap((child) => elementsOf(child, false))];
}

function annotate(w: ThriftWriter, node: WriteNode): void {
  const id = (): void => {
    if (node.fieldId !== null) w.i32(9, node.fieldId);
  };
  const both = (converted: Converted, logical: (w: ThriftWriter) => void): void => {
    w.i32(6, converted);
    if (node.type.kind === "decimal") w.i32(7, node.type.scale).i32(8, node.type.precision);
    id();
    w.struct(10, logical);
  };
  const simple =
    (field: number) =>
    (inner: ThriftWriter): void => {
      inner.struct(field, () => {});
    };
  if (node.group === "list") return both(Converted.List, simple(3));
  if (node.group === "map") return both(Converted.Map, simple(2));
  if (node.leaf === null) {
    id();
    if (node.type.kind === "variant") w.struct(10, (inner) => inner.struct(16, (variant) => variant.byteField(1, 1)));
    return;
  }
  const { type } = node;
  const time = (field: number, utc: boolean, millis: boolean) => (inner: ThriftWriter) => {
    inner.struct(field, (t) => t.bool(1, utc).struct(2, (unit) => unit.struct(millis ? 1 : 2, () => {})));
  };
  const integer = (bits: number) => (inner: ThriftWriter) => {
    inner.struct(10, (i) => i.byteField(1, bits).bool(2, true));
  };
  switch (type.kind) {
    case "byte":
      return both(Converted.Int8, integer(8));
    case "short":
      return both(Converted.Int16, integer(16));
    case "string":
      return both(Converted.Utf8, simple(1));
    case "date":
      return both(Converted.Date, simple(6));
    case "decimal":
      return both(Converted.Decimal, (inner) => inner.struct(5, (d) => d.i32(1, type.scale).i32(2, type.precision)));
    case "timestamp":
      if (node.leaf.storage === "int96") return id();
      if (node.leaf.storage === "millis") return both(Converted.TimestampMillis, time(8, true, true));
      return both(Converted.TimestampMicros, time(8, true, false));
    case "timestamp_ntz":
      id();
      w.struct(10, time(8, false, false));
      return;
    case "time":
      id();
      w.struct(10, time(7, false, false));
      return;
    case "null":
      id();
      w.struct(10, simple(11));
      return;
    default:
      id();
  }
}
