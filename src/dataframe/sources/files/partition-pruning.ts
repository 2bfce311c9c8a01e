/** Files whose partition values a query's filters let pass. */
import type { Boxed } from "../../../columnar/types";
import type { Attribute, Expression } from "../../expressions/expression";
import { interpreter } from "../../expressions/interpret";
import { attributesOf } from "../../expressions/traverse";
import type { SqlSettings } from "../../settings";
import type { FileEntry, Relation } from "../relation";

/** `filters` are conjuncts over partition columns, which their attributes name. */
export function prunedFiles(relation: Relation, filters: readonly Expression[], settings: SqlSettings): readonly FileEntry[] {
  const files = relation.files?.files ?? [];
  if (filters.length === 0 || relation.partitionColumns.length === 0) return files;
  const same = (a: string, b: string): boolean => (settings.caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase());
  const attributes = new Map<number, Attribute>();
  for (const filter of filters) for (const attribute of attributesOf(filter)) attributes.set(attribute.id, attribute);
  const input: Attribute[] = [];
  const places: number[] = [];
  for (const attribute of attributes.values()) {
    const place = relation.partitionColumns.findIndex((name) => same(name, attribute.name));
    if (place < 0) continue;
    input.push(attribute);
    places.push(place);
  }
  const context = { settings, partition: 0, inputFile: () => null };
  const evaluators = filters.map((filter) => interpreter(filter, input, context));
  const known = new Map<readonly unknown[], boolean>();
  return files.filter(({ partition }) => {
    let passes = known.get(partition);
    if (passes === undefined) {
      const row = places.map((place) => partition[place] as Boxed);
      passes = evaluators.every((evaluate) => evaluate(row) === true);
      known.set(partition, passes);
    }
    return passes;
  });
}
