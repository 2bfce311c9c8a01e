/** How models of a few arrays are saved: one row of a table `data`, with Spark's names of the columns. */
import type { DataType, StructType } from "../../../columnar/types";
import { MatrixUDT, VectorUDT } from "../../linalg/user-types";
import type { Params } from "../../param/params";
import type { Metadata } from "../../persistence/directory";
import { persistent } from "../../persistence/registry";

const int: DataType = { kind: "int" };
const long: DataType = { kind: "long" };
const double: DataType = { kind: "double" };
const string: DataType = { kind: "string" };
const array = (element: DataType, containsNull = false): DataType => ({ kind: "array", element, containsNull });

/** Types of the columns of models. */
export const column = {
  int,
  long,
  double,
  string,
  boolean: { kind: "boolean" } as DataType,
  ints: array(int),
  longs: array(long),
  doubles: array(double),
  strings: array(string, true),
  stringLists: array(array(string, true), true),
  vector: VectorUDT as DataType,
  matrix: MatrixUDT as DataType,
} as const;

export function tableOf(fields: Readonly<Record<string, DataType>>): StructType {
  return {
    kind: "struct",
    fields: Object.entries(fields).map(([name, type]) => ({ name, type, nullable: true })),
  };
}

/** More fields of the metadata. */
export interface MoreMetadata<T> {
  metadata(instance: T): Readonly<Record<string, unknown>>;
  restore(instance: T, metadata: Metadata): void;
}

/** `values` gives the row of an instance, `make` an instance of the row, both in the order of `fields`. */
export function savedAs<T extends Params>(
  type: abstract new (...args: never[]) => T,
  sparkClass: string,
  fields: Readonly<Record<string, DataType>>,
  values: (instance: T) => readonly unknown[],
  make: (...values: never[]) => T,
  more?: MoreMetadata<NoInfer<T>>,
): void {
  const names = Object.keys(fields);
  persistent<T>(type, {
    sparkClass: sparkClass.includes(".") ? sparkClass : `org.apache.spark.ml.feature.${sparkClass}`,
    ...(more === undefined ? {} : { metadata: (instance: T) => more.metadata(instance) }),
    save: (instance, directory) => directory.writeTable("data", tableOf(fields), [values(instance)]),
    load: async (metadata, directory) => {
      const [row] = await directory.readTable("data", names);
      if (row === undefined) throw directory.damaged("data has no row");
      const instance = make(...(names.map((name): unknown => row.get(name)) as never[]));
      more?.restore(instance, metadata);
      return instance;
    },
  });
}

/** A class without data of its own. */
export function savedByParams<T extends Params>(
  type: new () => T,
  sparkClass = `org.apache.spark.ml.feature.${type.name}`,
): void {
  persistent<T>(type, { sparkClass, load: () => new type() });
}

/** The names in metadata of classes that Spark does not have. */
export const own = (name: string): string => `firesteel.mllib.feature.${name}`;
