/**
 * What metadata of columns say of the values, as Spark's ML attributes write it: `{"ml_attr": {…}}`, of a number
 * `{type, name, vals, …}`, of a vector `{attrs: {numeric: […], nominal: […], binary: […]}, num_attrs}` with the place of each in `idx`.
 */
import type { StructField } from "../../columnar/types";

type Metadata = NonNullable<StructField["metadata"]>;

/** One number: a column, or an entry of a vector. Fields are Spark's; numbers may have been read as text or bigint. */
export interface Attribute {
  readonly type: "numeric" | "nominal" | "binary";
  readonly name?: string;
  /** Of nominal and binary ones: what the values 0, 1, … stand for. */
  readonly vals?: readonly string[];
  /** Of nominal ones without `vals`. */
  readonly num_vals?: number;
  /** Nominal: whether the order of the values means something. */
  readonly ord?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly std?: number;
  readonly sparsity?: number;
}

interface Group {
  readonly num_attrs?: number | bigint | string;
  readonly attrs?: Readonly<Partial<Record<Attribute["type"], readonly (Omit<Attribute, "type"> & { readonly idx: number })[]>>>;
}

const written = (field: StructField): unknown => field.metadata?.["ml_attr"];

/** What a column of numbers says of itself; numeric where nothing is said. */
export function attributeOf(field: StructField): Attribute {
  const { type = "numeric", num_vals, ...rest } = (written(field) ?? {}) as Partial<Attribute>;
  return { type, ...rest, ...(num_vals === undefined ? {} : { num_vals: Number(num_vals) }) };
}

/** Entries of a vector column, where its metadata say how many there are. */
export function vectorSizeOf(field: StructField): number | undefined {
  const { num_attrs, attrs } = (written(field) ?? {}) as Group;
  if (num_attrs !== undefined) return Number(num_attrs);
  return attrs === undefined ? undefined : Object.values(attrs).reduce((sum, group) => sum + group.length, 0);
}

/** What is said of each entry of a vector column; undefined where nothing is. */
export function attributesOf(field: StructField): readonly Attribute[] | undefined {
  const { attrs } = (written(field) ?? {}) as Group;
  if (attrs === undefined) return undefined;
  const all: Attribute[] = Array.from({ length: vectorSizeOf(field)! }, () => ({ type: "numeric" }));
  for (const type of ["numeric", "nominal", "binary"] as const)
    for (const { idx, ...rest } of attrs[type] ?? []) all[Number(idx)] = { ...rest, type };
  return all;
}

/** Values that an entry can have: 2 of binary ones, null of numeric ones and where it is not known. */
export function numValuesOf(attribute: Attribute): number | null {
  if (attribute.type === "binary") return 2;
  if (attribute.type === "numeric") return null;
  return attribute.vals?.length ?? (attribute.num_vals === undefined ? null : Number(attribute.num_vals));
}

/** How many classes a column of labels is said to have; undefined where nothing says it. */
export function numClassesOf(field: StructField): number | undefined {
  return numValuesOf(attributeOf(field)) ?? undefined;
}

/** Names of a vector's entries, where all are known. */
export function featureNamesOf(field: StructField): readonly string[] | undefined {
  const names = attributesOf(field)?.map(({ name }) => name);
  return names?.every((name) => name !== undefined) === true ? names : undefined;
}

/** Values by which each entry of a vector is categorical: the number of them, null of entries that are not. Undefined where nothing is said. */
export function aritiesOf(field: StructField): readonly (number | null)[] | undefined {
  return attributesOf(field)?.map(numValuesOf);
}

export const vectorOfSize = (size: number): Metadata => ({ ml_attr: { num_attrs: size } });

export const nominalOf = (classes: number): Metadata => ({ ml_attr: { type: "nominal", num_vals: classes } });

export function attributeMetadata({ type, ...rest }: Attribute): Metadata {
  return { ml_attr: { ...rest, type } };
}

/** Of a vector. Numeric entries of which nothing is known are left out, as Spark does. */
export function vectorMetadata(attributes: readonly Attribute[]): Metadata {
  const attrs: Partial<Record<Attribute["type"], object[]>> = {};
  for (const [idx, { type, ...rest }] of attributes.entries())
    if (type !== "numeric" || Object.keys(rest).length > 0) (attrs[type] ??= []).push({ idx, ...rest });
  return { ml_attr: { attrs, num_attrs: attributes.length } };
}
