/** What a query knows of its session, its task and its types; assertions and raised errors. */
import type { Boxed, DataType } from "../../../columnar/types";
import { version } from "../../../common/version";
import { AnalysisError, QueryError } from "../../errors";
import { INT, LONG, NULL, STRING, callByName, literal } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { divide, normalize, remainder } from "../../types/exact";
import type { Exact } from "../../types/exact";
import { simpleString } from "../../types/text";
import { document, plain } from "../documented";
import type { BindContext, EvaluationContext, FunctionEntry, ScalarFunction } from "../registry";
import { scalar, wrongNumArgs } from "../signature";

const doc = document("misc");

/** Known when the query is bound. */
function known(
  names: readonly string[],
  usage: string,
  example: readonly [string, string],
  value: (context: BindContext) => string,
  shown: string | null = null,
): ScalarFunction {
  return {
    kind: "scalar",
    names,
    doc: doc(usage, example),
    bind: (args, context) => {
      if (args.length > 0) throw wrongNumArgs("0", args.length, context);
      return { ...literal(value(context), STRING), printed: `${shown ?? context.name}()`, ...(context.at && { at: context.at }) };
    },
  };
}

function ofTask(
  name: string,
  type: DataType,
  usage: string,
  example: readonly [string, string],
  value: (context: EvaluationContext) => Boxed,
  shown: string = name,
): ScalarFunction {
  return scalar({
    names: [name],
    doc: doc(usage, example),
    inputs: [],
    result: type,
    nullable: false,
    deterministic: false,
    nulls: "custom",
    evaluate: (_, context) => () => value(context),
    print: () => `${shown}()`,
  });
}

const sessions = [
  known(
    ["current_catalog"],
    "The current catalog.",
    ["current_catalog()", "spark_catalog"],
    ({ settings }) => settings.currentCatalog,
  ),
  known(
    ["current_schema", "current_database"],
    "The current database.",
    ["current_database()", "default"],
    ({ settings }) => settings.currentDatabase,
    "current_schema",
  ),
  known(
    ["current_path"],
    "Where names of functions are looked up.",
    ["current_path()", "system.builtin,system.session,spark_catalog.default"],
    ({ settings }) => `system.builtin,system.session,${settings.currentCatalog}.${settings.currentDatabase}`,
  ),
  known(
    ["current_user", "user", "session_user"],
    "The session's user.",
    ["length(current_user()) > 0", "true"],
    ({ settings }) => settings.currentUser,
  ),
  known(["version"], "The engine's version.", ["length(version()) > 0", "true"], () => version),
  ofTask(
    "spark_partition_id",
    INT,
    "The number of the partition.",
    ["spark_partition_id()", "0"],
    ({ partition }) => partition,
    "SPARK_PARTITION_ID",
  ),
  ofTask(
    "input_file_name",
    STRING,
    "The file that is read, empty where none is.",
    ["input_file_name()", ""],
    (context) => context.inputFile()?.path ?? "",
  ),
  ofTask(
    "input_file_block_start",
    LONG,
    "Where in the file the task begins, -1 without a file.",
    ["input_file_block_start()", "-1"],
    (context) => context.inputFile()?.start ?? -1,
  ),
  ofTask(
    "input_file_block_length",
    LONG,
    "How much of the file the task reads, -1 without a file.",
    ["input_file_block_length()", "-1"],
    (context) => context.inputFile()?.length ?? -1,
  ),
];

const typeName: ScalarFunction = {
  kind: "scalar",
  names: ["typeof"],
  doc: doc("The name of the type of a value.", ["typeof(array(1))", "array<int>"]),
  bind: (args, context) => {
    if (args.length !== 1) throw wrongNumArgs("1", args.length, context);
    const [value] = args as readonly [Expression];
    return {
      ...literal(simpleString(value.type), STRING),
      printed: `typeof(${printed(value)})`,
      ...(context.at && { at: context.at }),
    };
  },
};

/** Options by which the engine itself raises errors of its own classes. */
interface RaisedError {
  readonly errorClass?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

const errors = [
  {
    ...scalar({
      names: ["raise_error"],
      doc: doc("Fails with a message.", ["if(true, 1, raise_error('custom error message'))", "1"]),
      inputs: ["string"],
      result: NULL,
      nullable: true,
      foldable: false,
      nulls: "custom",
      evaluate:
        (call) =>
        (message): Boxed => {
          const { errorClass = "USER_RAISED_EXCEPTION", parameters } = (call.options ?? {}) as RaisedError;
          throw new QueryError(
            errorClass,
            parameters ?? { errorMessage: message === null ? "null" : (message as string) },
            call.at,
          );
        },
      print: (_, args) => `raise_error(USER_RAISED_EXCEPTION, map(errorMessage, ${args[0]}))`,
    }),
  },
  {
    kind: "scalar",
    names: ["assert_true"],
    doc: doc("Null where the condition is true; else fails, with a message.", ["assert_true(0 < 1)", "NULL"]),
    bind: (args, context) => {
      if (args.length < 1 || args.length > 2) throw wrongNumArgs("[1, 2]", args.length, context);
      const [condition, given] = args as readonly [Expression, Expression | undefined];
      const message = given ?? literal(`'${printed(condition)}' is not true!`, STRING);
      const bound = callByName("if", [condition, literal(null, NULL), callByName("raise_error", [message], context)], context);
      return { ...bound, printed: `assert_true(${printed(condition)}, ${printed(message)})` } as Expression;
    },
  } satisfies ScalarFunction,
];

/** Bitmaps of 32,768 bits each hold the numbers of one bucket. */
const BITMAP_BITS = 32768;

const bitmaps = [
  scalar({
    names: ["bitmap_bit_position"],
    doc: doc("The place of a number's bit in the bitmap of its bucket.", ["bitmap_bit_position(1)", "0"]),
    inputs: ["long"],
    result: LONG,
    evaluate: plain((value: Exact) =>
      value > 0 ? remainder(normalize(BigInt(value) - 1n), BITMAP_BITS) : remainder(normalize(-BigInt(value)), BITMAP_BITS),
    ),
  }),
  scalar({
    names: ["bitmap_bucket_number"],
    doc: doc("The number of the bucket of a number.", ["bitmap_bucket_number(123)", "1"]),
    inputs: ["long"],
    result: LONG,
    evaluate: plain((value: Exact) =>
      value > 0 ? normalize(BigInt(divide(normalize(BigInt(value) - 1n), BITMAP_BITS)) + 1n) : divide(value, BITMAP_BITS),
    ),
  }),
  scalar({
    names: ["bitmap_count"],
    doc: doc("How many bits of a bitmap are set.", ["bitmap_count(X'FFFF')", "16"]),
    inputs: ["binary"],
    uncast: true,
    result: LONG,
    evaluate: plain((bytes: Uint8Array) => {
      let count = 0;
      for (let byte of bytes) for (; byte > 0; byte &= byte - 1) count++;
      return count;
    }),
  }),
];

/** There is no Java here to call. */
const java: readonly ScalarFunction[] = ["java_method", "reflect", "try_reflect"].map((name) => ({
  kind: "scalar",
  names: [name],
  doc: { group: "misc", usage: "Calls of Java methods; not supported.", examples: [] },
  bind: (_, context) => {
    throw new AnalysisError("UNSUPPORTED_FEATURE.JAVA_REFLECTION", { functionName: `\`${context.name}\`` }, context.at);
  },
}));

export const sessionFunctions: readonly FunctionEntry[] = [...sessions, typeName, ...errors, ...bitmaps, ...java];
