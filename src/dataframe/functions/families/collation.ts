/** Collations: how a string is compared. */
import type { StringType } from "../../../columnar/types";
import { STRING, literal } from "../../expressions/build";
import { INDETERMINATE, normalCollation } from "../../expressions/collation";
import type { Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { AnalysisError } from "../../errors";
import { sqlName } from "../../types/text";
import { document } from "../documented";
import type { FunctionEntry } from "../registry";
import { constantOf, ordinal, scalar, unexpectedInputType, wrongNumArgs } from "../signature";

const doc = document("string");

/** Where two names are one collation the canonical one: UTF8_… and UNICODE… in capitals, locales as they were written. */
function canonical(name: string): string {
  return normalCollation(name);
}

const collate = scalar({
  names: ["collate"],
  doc: doc("The string with a collation.", ["collation('Spark SQL' collate UTF8_LCASE)", "SYSTEM.BUILTIN.UTF8_LCASE"]),
  parameters: ["expr", "collationName"],
  inputs: ["any", "any"],
  check: (args, context) => {
    if ((args[0] as Expression).type.kind !== "string" && (args[0] as Expression).type.kind !== "null") {
      throw unexpectedInputType("string", 0, args, context);
    }
    const name = args[1] as Expression;
    if (name.type.kind === "string" && constantOf("collationName", name, args, context) !== null) return;
    throw new AnalysisError(
      "UNEXPECTED_INPUT_TYPE",
      {
        functionName: "`collate`",
        paramIndex: ordinal(1),
        requiredType: '"STRING"',
        inputSql: `"${printed(name)}"`,
        inputType: `"${sqlName(name.type)}"`,
      },
      context.at,
    );
  },
  result: (_, args, context): StringType => {
    const name = canonical(constantOf("collationName", args[1] as Expression, args, context) as string);
    return name === "UTF8_BINARY" ? { kind: "string" } : { kind: "string", collation: name };
  },
  nullable: (args) => (args[0] as Expression).nullable,
  evaluate: () => (text) => text,
});

export const collationFunctions: readonly FunctionEntry[] = [
  collate,
  {
    kind: "scalar",
    names: ["collation"],
    doc: doc("The name of a string's collation.", ["collation('Spark SQL')", "SYSTEM.BUILTIN.UTF8_BINARY"]),
    bind: (args, context) => {
      if (args.length !== 1) throw wrongNumArgs("1", args.length, context);
      const [value] = args as readonly [Expression];
      if (value.type.kind !== "string") throw unexpectedInputType("string", 0, args, context);
      const name = value.type.collation ?? "UTF8_BINARY";
      const full = name === INDETERMINATE ? name : `SYSTEM.BUILTIN.${name}`;
      return { ...literal(full, STRING), printed: `collation(${printed(value)})` };
    },
  },
];
