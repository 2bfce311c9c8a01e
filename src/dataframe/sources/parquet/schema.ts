/** Parquet's schemas as trees, and what SQL types their columns are. */
import type { DataType, StructField, StructType } from "../../../columnar/types";
import { Converted, type Logical, Physical, Repetition, type SchemaElement } from "./metadata";

export interface ParquetNode {
  readonly element: SchemaElement;
  readonly name: string;
  readonly children: readonly ParquetNode[];
  /** Definition level of a value that is there; repetition level of all but the first of an innermost list. */
  readonly definition: number;
  readonly repetition: number;
  /** Place among the leaves, -1 for groups. */
  readonly leaf: number;
  readonly logical: Logical | null;
}

/** A schema that is none of Parquet's forms; the file's name is put before it further up. */
export class SchemaError extends Error {}

const MAX_DEPTH = 100;

/** The root; its children are the columns. */
export function schemaTree(elements: readonly SchemaElement[]): ParquetNode {
  let next = 0;
  let leaves = 0;
  const read = (definition: number, repetition: number, depth: number): ParquetNode => {
    const element = elements[next++];
    if (element === undefined) throw new SchemaError("its schema has fewer elements than it says");
    if (depth > MAX_DEPTH) throw new SchemaError("its schema is nested too deeply");
    const root = depth === 0;
    const def = definition + (root || element.repetition === Repetition.Required ? 0 : 1);
    const rep = repetition + (!root && element.repetition === Repetition.Repeated ? 1 : 0);
    const isLeaf = element.type !== null && !root;
    if (isLeaf && element.children > 0) throw new SchemaError(`its column ${element.name} is a value and a group at once`);
    if (!isLeaf && (element.children < 0 || element.children > elements.length))
      throw new SchemaError(`its group ${element.name} says that it has ${element.children} fields`);
    const leaf = isLeaf ? leaves++ : -1;
    const children: ParquetNode[] = [];
    for (let i = 0; i < element.children; i++) children.push(read(def, rep, depth + 1));
    return { element, name: element.name, children, definition: def, repetition: rep, leaf, logical: logicalOf(element) };
  };
  const root = read(0, 0, 0);
  if (next !== elements.length) throw new SchemaError("its schema has more elements than it says");
  return root;
}

/** The annotation, whichever way it was written. */
function logicalOf(element: SchemaElement): Logical | null {
  if (element.logical !== null && element.logical.kind !== "unknown") return element.logical;
  switch (element.converted) {
    case null:
      return element.logical;
    case Converted.Utf8:
      return { kind: "string" };
    case Converted.Map:
    case Converted.MapKeyValue:
      return { kind: "map" };
    case Converted.List:
      return { kind: "list" };
    case Converted.Enum:
      return { kind: "enum" };
    case Converted.Decimal:
      return { kind: "decimal", scale: element.scale, precision: element.precision };
    case Converted.Date:
      return { kind: "date" };
    case Converted.TimeMillis:
      return { kind: "time", utc: true, unit: "millis" };
    case Converted.TimeMicros:
      return { kind: "time", utc: true, unit: "micros" };
    case Converted.TimestampMillis:
      return { kind: "timestamp", utc: true, unit: "millis" };
    case Converted.TimestampMicros:
      return { kind: "timestamp", utc: true, unit: "micros" };
    case Converted.Uint8:
    case Converted.Uint16:
    case Converted.Uint32:
    case Converted.Uint64:
      return { kind: "integer", bits: 8 << (element.converted - Converted.Uint8), signed: false };
    case Converted.Int8:
    case Converted.Int16:
    case Converted.Int32:
    case Converted.Int64:
      return { kind: "integer", bits: 8 << (element.converted - Converted.Int8), signed: true };
    case Converted.Json:
      return { kind: "json" };
    case Converted.Bson:
      return { kind: "bson" };
    case Converted.Interval:
      return { kind: "unknown" };
    default:
      // A number that the format does not have.
      return element.logical;
  }
}

export interface SchemaOptions {
  /** spark.sql.parquet.binaryAsString */
  readonly binaryAsString: boolean;
  /** spark.sql.parquet.inferTimestampNTZ.enabled */
  readonly inferTimestampNtz: boolean;
}

/** The columns as SQL types, as Spark maps them. Throws SchemaError for what has none. */
export function sqlSchema(root: ParquetNode, options: SchemaOptions): StructType {
  return { kind: "struct", fields: root.children.map((child) => field(child, options)) };
}

function field(node: ParquetNode, options: SchemaOptions): StructField {
  const metadata = node.element.fieldId === null ? {} : { metadata: { "parquet.field.id": node.element.fieldId } };
  const { name } = node;
  if (node.element.repetition === Repetition.Repeated) {
    const element = node.leaf >= 0 ? leafType(node, options) : groupType(node, options);
    return { name, type: { kind: "array", element, containsNull: false }, nullable: false, ...metadata };
  }
  return { name, type: typeOf(node, options), nullable: node.element.repetition === Repetition.Optional, ...metadata };
}

function typeOf(node: ParquetNode, options: SchemaOptions): DataType {
  return node.leaf >= 0 ? leafType(node, options) : groupType(node, options);
}

function groupType(node: ParquetNode, options: SchemaOptions): DataType {
  const form = groupForm(node);
  switch (form.kind) {
    case "list":
      return { kind: "array", element: typeOf(form.element, options), containsNull: isOptional(form.element) };
    case "map":
      return {
        kind: "map",
        key: typeOf(form.key, options),
        value: form.value === null ? { kind: "null" } : typeOf(form.value, options),
        valueContainsNull: form.value === null || isOptional(form.value),
      };
    case "variant":
      return { kind: "variant" };
    case "struct":
      return { kind: "struct", fields: node.children.map((child) => field(child, options)) };
  }
}

function isOptional(node: ParquetNode): boolean {
  return node.element.repetition === Repetition.Optional;
}

export type GroupForm =
  /** `element` is the repeated node itself in the older layouts. */
  | { readonly kind: "list"; readonly repeated: ParquetNode; readonly element: ParquetNode }
  | { readonly kind: "map"; readonly repeated: ParquetNode; readonly key: ParquetNode; readonly value: ParquetNode | null }
  | { readonly kind: "variant"; readonly value: ParquetNode; readonly metadata: ParquetNode }
  | { readonly kind: "struct" };

/** What a group stands for; the older layouts of lists by the rules of Parquet's specification. */
export function groupForm(node: ParquetNode): GroupForm {
  const [only, second] = node.children;
  const kind = node.logical?.kind;
  if ((kind === "list" || kind === "map") && node.element.repetition === Repetition.Repeated && only === undefined)
    throw new SchemaError(`its column ${node.name} is a list without elements`);
  if (kind === "list") {
    if (only === undefined || second !== undefined || only.element.repetition !== Repetition.Repeated)
      throw new SchemaError(`its list ${node.name} does not have one repeated field`);
    const [element, other] = only.children;
    const itself =
      only.leaf >= 0 ||
      element === undefined ||
      other !== undefined ||
      only.name === "array" ||
      only.name === `${node.name}_tuple` ||
      element.element.repetition === Repetition.Repeated;
    return { kind: "list", repeated: only, element: itself ? only : element };
  }
  if (kind === "map") {
    if (only === undefined || second !== undefined || only.element.repetition !== Repetition.Repeated || only.leaf >= 0)
      throw new SchemaError(`its map ${node.name} does not have one repeated group`);
    const [key, value, more] = only.children;
    if (key === undefined || more !== undefined) throw new SchemaError(`its map ${node.name} does not have a key and a value`);
    return { kind: "map", repeated: only, key, value: value ?? null };
  }
  if (kind === "variant" && node.children.length === 2) {
    const value = node.children.find((child) => child.name === "value");
    const metadata = node.children.find((child) => child.name === "metadata");
    if (value !== undefined && metadata !== undefined) return { kind: "variant", value, metadata };
  }
  return { kind: "struct" };
}

function leafType(node: ParquetNode, options: SchemaOptions): DataType {
  const { type, converted } = node.element;
  const logical = node.logical;
  const illegal = (): never => {
    throw new SchemaError(`its column ${node.name} has a type that SQL does not have (${describe(node)})`);
  };
  if (logical?.kind === "null") return { kind: "null" };
  switch (type!) {
    case Physical.Boolean:
      return { kind: "boolean" };
    case Physical.Float:
      return { kind: "float" };
    case Physical.Double:
      return { kind: "double" };
    case Physical.Int96:
      return { kind: "timestamp" };
    case Physical.Int32:
      switch (logical?.kind) {
        case "integer":
          if (logical.signed) return { kind: logical.bits === 8 ? "byte" : logical.bits === 16 ? "short" : "int" };
          return { kind: logical.bits === 8 ? "short" : logical.bits === 16 ? "int" : "long" };
        case "date":
          return { kind: "date" };
        case "decimal":
          return decimal(logical, 9, node);
        case "time":
          return { kind: "time" };
        default:
          return { kind: "int" };
      }
    case Physical.Int64:
      switch (logical?.kind) {
        case "integer":
          return logical.signed ? { kind: "long" } : { kind: "decimal", precision: 20, scale: 0 };
        case "decimal":
          return decimal(logical, 18, node);
        case "timestamp":
          return { kind: logical.utc || !options.inferTimestampNtz ? "timestamp" : "timestamp_ntz" };
        case "time":
          return { kind: "time" };
        default:
          return { kind: "long" };
      }
    case Physical.ByteArray:
      switch (logical?.kind) {
        case "string":
        case "enum":
        case "json":
          return { kind: "string" };
        case "decimal":
          return decimal(logical, 38, node);
        case "bson":
          return { kind: "binary" };
        default:
          return { kind: options.binaryAsString && logical === null ? "string" : "binary" };
      }
    case Physical.FixedLength:
      if (converted === Converted.Interval) return illegal();
      switch (logical?.kind) {
        case "decimal":
          return decimal(logical, 38, node);
        case "float16":
          return node.element.typeLength === 2 ? { kind: "float" } : illegal();
        default:
          return { kind: "binary" };
      }
    default:
      return illegal();
  }
}

function decimal(logical: { readonly precision: number; readonly scale: number }, most: number, node: ParquetNode): DataType {
  const { precision, scale } = logical;
  if (precision < 1 || precision > Math.max(most, 38) || scale < 0 || scale > precision)
    throw new SchemaError(`its column ${node.name} is a decimal(${precision},${scale})`);
  return { kind: "decimal", precision, scale };
}

const PHYSICAL_NAMES = ["BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"];

/** "INT64 (TIMESTAMP(micros))", for messages. */
export function describe(node: ParquetNode): string {
  if (node.leaf < 0) return node.logical === null ? "group" : node.logical.kind.toUpperCase();
  const physical = PHYSICAL_NAMES[node.element.type!] ?? "UNKNOWN";
  const { logical } = node;
  if (logical === null) return node.element.converted === Converted.Interval ? `${physical} (INTERVAL)` : physical;
  switch (logical.kind) {
    case "decimal":
      return `${physical} (DECIMAL(${logical.precision},${logical.scale}))`;
    case "integer":
      return `${physical} (INTEGER(${logical.bits},${logical.signed}))`;
    case "time":
    case "timestamp":
      return `${physical} (${logical.kind.toUpperCase()}(${logical.unit},${logical.utc}))`;
    default:
      return `${physical} (${logical.kind.toUpperCase()})`;
  }
}
