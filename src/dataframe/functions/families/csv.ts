/** CSV text read against a schema, described, and made. */
import type { Boxed, DataType, StructType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { STRING } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { csvColumnNames, CsvInference } from "../../csv/infer";
import { csvOptions } from "../../csv/options";
import { csvRecordParser } from "../../csv/parse";
import { csvLineTokenizer } from "../../csv/tokenize";
import { csvLineWriter } from "../../csv/write";
import type { OptionMap } from "../../json/options";
import { recordReader, withoutCorruptColumn } from "../../json/record-mode";
import { sqlName } from "../../types/text";
import { document } from "../documented";
import type { FunctionEntry, ScalarFunction } from "../registry";
import { mismatch, wrongNumArgs } from "../signature";
import { checkMode, textArgument } from "./json";
import { asNullable, optionsOf, sampleText, schemaArgument } from "./json-inputs";

const doc = document("csv");

const fromCsv: ScalarFunction = {
  kind: "scalar",
  names: ["from_csv"],
  doc: doc("The struct of a CSV line, of the given schema; a value that is not of its type is null.", [
    "from_csv('1, 0.8', 'a INT, b DOUBLE')",
    '{"a":1,"b":0.8}',
  ]),
  print: (_, args) => `from_csv(${args[0]})`,
  bind: (args, context) => {
    if (args.length < 2 || args.length > 3) throw wrongNumArgs("2 or 3", args.length, context);
    const given = args[1] as Expression;
    const schema = schemaArgument(given, context);
    if (schema.kind !== "struct") {
      throw new AnalysisError(
        "INVALID_SCHEMA.NON_STRUCT_TYPE",
        { inputSchema: `"${context.fold(given).value as string}"`, dataType: `"${sqlName(schema)}"` },
        context.at,
      );
    }
    const options = optionsOf(args[2], context);
    const text = textArgument(args, context);
    checkMode("from_csv", options, context);
    const type = asNullable(schema) as StructType;
    // Types that a token cannot have are refused here.
    const csv = csvOptions(options, context.settings);
    csvRecordParser(withoutCorruptColumn(type, csv.columnNameOfCorruptRecord), csv, context.settings);
    return {
      kind: "call",
      fn: "from_csv",
      args: [text],
      type,
      nullable: text.nullable,
      options: { csv: options },
      ...(context.at && { at: context.at }),
    };
  },
  evaluate: (call, { settings }) => {
    const options = csvOptions(call.options?.["csv"] as OptionMap, settings);
    const type = call.type as StructType;
    const corrupt = options.columnNameOfCorruptRecord;
    const parse = csvRecordParser(withoutCorruptColumn(type, corrupt), options, settings);
    const read = recordReader(parse, type, options.mode, corrupt);
    return (text) => read(text as string)[0] ?? null;
  },
};

const toCsv: ScalarFunction = {
  kind: "scalar",
  names: ["to_csv"],
  doc: doc("The CSV line of a struct.", ["to_csv(named_struct('a', 1, 'b', 2))", "1,2"]),
  print: (_, args) => `to_csv(${args[0]})`,
  bind: (args, context) => {
    if (args.length < 1 || args.length > 2) throw wrongNumArgs("1 or 2", args.length, context);
    const value = args[0] as Expression;
    const options = optionsOf(args[1], context);
    if (value.type.kind !== "struct" || !value.type.fields.every((field) => isWritable(field.type))) {
      throw mismatch("UNSUPPORTED_INPUT_TYPE", args.slice(0, 1), context, {
        functionName: "`to_csv`",
        dataType: `"${sqlName(value.type)}"`,
      });
    }
    return {
      kind: "call",
      fn: "to_csv",
      args: [value],
      type: STRING,
      nullable: true,
      options: { csv: options },
      ...(context.at && { at: context.at }),
    };
  },
  evaluate: (call, { settings }) => {
    const options = csvOptions(call.options?.["csv"] as OptionMap, settings);
    const write = csvLineWriter((call.args[0] as Expression).type as StructType, options, settings);
    return (row) => write(row as readonly Boxed[]);
  },
};

function isWritable(type: DataType): boolean {
  return type.kind !== "variant";
}

const schemaOfCsv: ScalarFunction = {
  kind: "scalar",
  names: ["schema_of_csv"],
  doc: doc("The schema of a CSV line, in SQL's words.", ["schema_of_csv('1,abc')", "STRUCT<_c0: INT, _c1: STRING>"]),
  print: (_, args) => `schema_of_csv(${args[0]})`,
  bind: (args, context) => {
    if (args.length < 1 || args.length > 2) throw wrongNumArgs("1 or 2", args.length, context);
    const options = optionsOf(args[1], context);
    const text = textArgument(args, context);
    sampleText("csv", [text], context);
    return {
      kind: "call",
      fn: "schema_of_csv",
      args: [text],
      type: STRING,
      nullable: false,
      options: { csv: options },
      ...(context.at && { at: context.at }),
    };
  },
  evaluate: (call, { settings }) => {
    const options = { ...csvOptions(call.options?.["csv"] as OptionMap, settings), header: false };
    const tokenize = csvLineTokenizer(options);
    return (text) => {
      const tokens = tokenize(text as string) ?? [];
      const inference = new CsvInference(tokens.length, options, settings);
      inference.add(tokens);
      return sqlName(inference.schema(csvColumnNames(tokens, options, true)));
    };
  },
};

export const csvFunctions: readonly FunctionEntry[] = [fromCsv, toCsv, schemaOfCsv];
