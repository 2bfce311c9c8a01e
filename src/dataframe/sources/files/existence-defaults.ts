/** What columns have where a file, or a record of it, is from before they were added to the table. */
import type { Boxed, DataType, StructField } from "../../../columnar/types";
import type { Relation } from "../relation";

/** Of fields of the relation, in their order; null where all are NULL. */
export function defaultsOf(fields: readonly StructField[], { existenceDefaults }: Relation): readonly Boxed[] | null {
  if (existenceDefaults === undefined || fields.every(({ name }) => !Object.hasOwn(existenceDefaults, name))) return null;
  return fields.map(({ name }) => defaultNamed(name, existenceDefaults));
}

/** A column may be called as something that every object has. */
function defaultNamed(name: string, defaults: Readonly<Record<string, Boxed>>): Boxed {
  return Object.hasOwn(defaults, name) ? defaults[name]! : null;
}

/** Of the column at a path that begins with one of the relation's fields. */
export function defaultAt(path: readonly string[], { schema, existenceDefaults }: Relation, caseSensitive: boolean): Boxed {
  if (existenceDefaults === undefined) return null;
  const fold = (name: string): string => (caseSensitive ? name : name.toLowerCase());
  let type: DataType = schema;
  let value: Boxed = schema.fields.map(({ name }) => defaultNamed(name, existenceDefaults));
  for (const name of path) {
    const place: number = type.kind === "struct" ? type.fields.findIndex((field) => fold(field.name) === fold(name)) : -1;
    if (value === null || type.kind !== "struct" || place < 0) return null;
    value = (value as readonly Boxed[])[place]!;
    type = type.fields[place]!.type;
  }
  return value;
}
