/** Names of types as functions: int('5') is a cast that prints its argument alone. */
import { canCast } from "../../types/cast";
import type { DataType } from "../../../columnar/types";
import { cast } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { quotedType } from "../../types/text";
import { document } from "../documented";
import type { FunctionEntry } from "../registry";
import { mismatch, wrongNumArgs } from "../signature";

const TYPES: readonly (readonly [name: string, type: DataType, example: readonly [string, string]])[] = [
  ["boolean", { kind: "boolean" }, ["boolean('true')", "true"]],
  ["tinyint", { kind: "byte" }, ["tinyint('5')", "5"]],
  ["smallint", { kind: "short" }, ["smallint('5')", "5"]],
  ["int", { kind: "int" }, ["int('5')", "5"]],
  ["bigint", { kind: "long" }, ["bigint('5')", "5"]],
  ["float", { kind: "float" }, ["float('1.5')", "1.5"]],
  ["double", { kind: "double" }, ["double('1.5')", "1.5"]],
  ["decimal", { kind: "decimal", precision: 10, scale: 0 }, ["decimal('5')", "5"]],
  ["date", { kind: "date" }, ["date('2020-01-01')", "2020-01-01"]],
  ["time", { kind: "time" }, ["time('10:00')", "10:00:00"]],
  ["timestamp", { kind: "timestamp" }, ["timestamp('2020-01-01')", "2020-01-01 00:00:00"]],
  ["binary", { kind: "binary" }, ["hex(binary('a'))", "61"]],
  ["string", { kind: "string" }, ["string(5)", "5"]],
];

export const castNameFunctions: readonly FunctionEntry[] = TYPES.map(([name, type, example]) => ({
  kind: "scalar",
  names: [name],
  doc: document("conversion")("The value as this type.", example),
  bind: (args, context) => {
    if (args.length !== 1) throw wrongNumArgs("1", args.length, context);
    const [value] = args as readonly [Expression];
    const mode = context.settings.ansi ? "ansi" : "legacy";
    if (!canCast(value.type, type, mode)) {
      throw mismatch("CAST_WITHOUT_SUGGESTION", args, context, {
        srcType: quotedType(value.type),
        targetType: quotedType(type),
      });
    }
    return cast(value, type, mode, { implicit: true, ...(context.at && { at: context.at }) });
  },
}));
