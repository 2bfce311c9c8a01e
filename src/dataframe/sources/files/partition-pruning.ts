/** Files whose partition values, and names, sizes and times, a query's filters let pass. */
import type { Boxed } from "../../../columnar/types";
import type { Attribute, Expression } from "../../expressions/expression";
import { interpreter } from "../../expressions/interpret";
import { attributesOf } from "../../expressions/traverse";
import type { SqlSettings } from "../../settings";
import type { FileEntry, Relation } from "../relation";
import { fileFacts, metadataColumnOf } from "./constant-columns";

/** `filters` are conjuncts over partition columns, which their attributes name, and over file facts as `_metadata.file_name`. */
export function prunedFiles(relation: Relation, filters: readonly Expression[], settings: SqlSettings): readonly FileEntry[] {
  const files = relation.files?.files ?? [];
  if (filters.length === 0) return files;
  const same = (a: string, b: string): boolean => (settings.caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase());
  const attributes = new Map<number, Attribute>();
  for (const filter of filters) for (const attribute of attributesOf(filter)) attributes.set(attribute.id, attribute);
  const input: Attribute[] = [];
  const values: ((file: FileEntry) => unknown)[] = [];
  let ofFiles = false;
  for (const attribute of attributes.values()) {
    const place = relation.partitionColumns.findIndex((name) => same(name, attribute.name));
    const [column, field = null] = attribute.name.split(".");
    if (place >= 0) values.push(({ partition }) => partition[place]);
    else if (column === metadataColumnOf(relation.schema)) {
      ofFiles = true;
      values.push((file) => fileFacts(file, field));
    } else continue;
    input.push(attribute);
  }
  const context = { settings, partition: 0, inputFile: () => null };
  const evaluators = filters.map((filter) => interpreter(filter, input, context));
  const test = (file: FileEntry): boolean => {
    const row = values.map((value) => value(file) as Boxed);
    return evaluators.every((evaluate) => evaluate(row) === true);
  };
  if (ofFiles) return files.filter(test);
  const known = new Map<readonly unknown[], boolean>();
  return files.filter((file) => {
    let passes = known.get(file.partition);
    if (passes === undefined) known.set(file.partition, (passes = test(file)));
    return passes;
  });
}
