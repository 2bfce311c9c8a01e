/** Functions that give several rows: the columns they make, in select lists, LATERAL VIEW and FROM. */
import type { StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { attribute } from "../expressions/build";
import type { Attribute, GeneratorCall } from "../expressions/expression";
import type { Binder } from "./binder";

/** explode_outer and the like: a row of nulls where there is none. */
export function isOuterGenerator(call: GeneratorCall): boolean {
  return call.options?.["outer"] === true || (call.alias ?? call.fn).endsWith("_outer");
}

export function generatorOutput(
  binder: Binder,
  call: GeneratorCall,
  names: readonly string[],
  at: QueryContext | undefined,
  qualifier: readonly string[] = [],
): readonly Attribute[] {
  const { fields } = call.type as StructType;
  if (names.length > 0 && names.length !== fields.length) {
    throw new AnalysisError(
      "UDTF_ALIAS_NUMBER_MISMATCH",
      { aliasesSize: String(fields.length), aliasesNames: names.join(",") },
      at,
    );
  }
  return fields.map((field, i) =>
    attribute(binder.nextId(), names[i] ?? field.name, field.type, field.nullable, qualifier, field.metadata),
  );
}
