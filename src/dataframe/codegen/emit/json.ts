/** Functions of JSON texts that look at their bytes. */
import type { DataType, StructType } from "../../../columnar/types";
import type { Call, Expression } from "../../expressions/expression";
import { jsonOptions, type OptionMap } from "../../json/options";
import { parsePath } from "../../json/path";
import { quotedJson } from "../../json/text";
import { jsonWriter } from "../../json/write";
import { atom } from "../code";
import type { Emitter } from "../emitter";
import { jsonFieldReader } from "../json-fields";
import { JsonPathFinder } from "../json-paths";
import { ESCAPED_BYTES, INTEGER_BYTES } from "../json-text";
import type { Term } from "../term";

/** A string that an object has found: it says where its text begins, or -1 for null. */
function found(emitter: Emitter, call: Call, finder: string, search: string, nulls: string | null): Term {
  const { writer } = emitter;
  const start = writer.name("s");
  writer.line(`const ${start} = ${nulls === null ? search : `${atom(nulls)} ? -1 : ${search}`};`);
  return {
    type: call.type,
    rep: "bytes",
    start: writer.constant(`Math.max(${start}, 0)`, "s"),
    code: writer.constant(`${finder}.bytes`, "u"),
    end: writer.constant(`${start} < 0 ? 0 : ${finder}.end`, "e"),
    isNull: writer.constant(`${start} < 0`, "n"),
  };
}

/** With a constant path. */
export function emitGetJsonObject(emitter: Emitter, call: Call): Term | null {
  const [text, path] = call.args;
  if (text!.type.kind !== "string" || path?.kind !== "literal" || typeof path.value !== "string") return null;
  const steps = parsePath(path.value);
  if (steps === null) return null;
  const { code, start, end, isNull } = emitter.bytes(emitter.emit(text!));
  const finder = emitter.writer.bindTask(() => new JsonPathFinder(steps), "path");
  return found(emitter, call, finder, `${finder}.find(${code}, ${start}, ${end})`, isNull);
}

/** The reader that has read the record, and a condition for there being none. */
interface Read {
  readonly reader: string;
  readonly isNull: string | null;
}

/** Reads the record of a call of from_json; once for all who ask for its fields where they see each other's blocks. */
function readRecord(emitter: Emitter, call: Call): Read | null {
  if (call.type.kind !== "struct" || call.args[0]!.type.kind !== "string") return null;
  const { writer } = emitter;
  const term = emitter.emit(call.args[0]!);
  const key = `json record ${JSON.stringify([term.code, call.type, call.options])}`;
  const known = writer.known(key);
  if (known !== undefined) return { reader: known.code, isNull: known.isNull };
  const { code, start, end, isNull } = emitter.bytes(term);
  const schema: StructType = call.type;
  const reader = writer.bindTask(({ evaluation }) => {
    const { settings } = evaluation;
    const careful = emitter.functions.scalar(call.fn).evaluate!(call, evaluation);
    return jsonFieldReader({ schema, json: jsonOptions(call.options?.["json"] as OptionMap, settings), settings, careful });
  }, "json");
  writer.line(`${isNull === null ? "" : `if (!${atom(isNull)}) `}${reader}.read(${code}, ${start}, ${end});`);
  writer.learn(key, { type: call.type, rep: "boxed", code: reader, isNull });
  return { reader, isNull };
}

/** Of structs. */
export function emitFromJson(emitter: Emitter, call: Call): Term | null {
  const read = readRecord(emitter, call);
  return read === null ? null : emitter.fromBoxed(call.type, read.isNull, `${read.reader}.row()`);
}

/** A field of what from_json reads: no more of the record is made than that. */
export function emitJsonField(emitter: Emitter, call: Call): Term | null {
  const [struct] = call.args;
  const ordinal = call.options?.["ordinal"] as number;
  if (struct?.kind !== "call" || struct.fn !== "from_json") return null;
  const read = readRecord(emitter, struct);
  if (read === null) return null;
  const { reader, isNull } = read;
  if (call.type.kind === "string") return found(emitter, call, reader, `${reader}.text(${ordinal})`, isNull);
  return emitter.fromBoxed(call.type, isNull, `${reader}.value(${ordinal})`);
}

/** Code for one field of an object: how many bytes it may take, and what writes its value to `to` at `at`. */
interface FieldText {
  readonly isNull: string | null;
  readonly most: string;
  readonly write: (to: string, at: string) => string;
}

/** Of structs that are made on the spot. */
export function emitToJson(emitter: Emitter, call: Call): Term | null {
  const [struct] = call.args;
  const json = jsonOptions(call.options?.["json"] as OptionMap, emitter.settings);
  if (json.pretty || json.sortKeys || json.writeNonAsciiAsCodePoint) return null;
  if (struct?.kind !== "call" || struct.fn !== "named_struct" || struct.type.kind !== "struct") return null;
  const { writer } = emitter;
  const { fields } = struct.type;
  const write = (type: DataType): string =>
    writer.bindTask(({ evaluation: { settings } }) => {
      return jsonWriter(type, jsonOptions(call.options?.["json"] as OptionMap, settings), settings);
    }, "f");
  const values = fields.map(({ type }, i) => fieldText(emitter, struct.args[2 * i + 1]!, type, write));
  const heads = fields.map(({ name }) => Buffer.from(`,${quotedJson(name)}:`));
  const fixed = heads.reduce((sum, head) => sum + head.length + 4, 2);
  const slab = writer.hoist("R.slab", "slab");
  const start = writer.constant(`${slab}.reserve(${[fixed, ...values.map(({ most }) => most)].join(" + ")})`, "s");
  const to = writer.constant(`${slab}.bytes`, "u");
  const at = writer.name("at");
  writer.line(`let ${at} = ${start};`);
  // The comma before the first field makes room for the bracket.
  values.forEach(({ isNull, write: code }, i) => {
    const head = writer.hoist(`R.utf8(${JSON.stringify(heads[i]!.toString())})`, "text");
    const named = `${at} = R.putBytes(${to}, ${at}, ${head}, 0, ${heads[i]!.length});`;
    const value = `${at} = ${code(to, at)};`;
    if (isNull === null) writer.line(`${named} ${value}`);
    else if (json.ignoreNullFields) writer.line(`if (!${atom(isNull)}) { ${named} ${value} }`);
    else {
      const none = writer.hoist(`R.utf8("null")`, "text");
      writer.line(`${named} if (!${atom(isNull)}) ${value} else ${at} = R.putBytes(${to}, ${at}, ${none}, 0, 4);`);
    }
  });
  writer.line(`if (${at} === ${start}) ${at}++;`);
  writer.line(`${to}[${start}] = 123; ${to}[${at}++] = 125; ${slab}.close(${at});`);
  return { type: call.type, rep: "bytes", code: to, start, end: at, isNull: null };
}

function fieldText(emitter: Emitter, value: Expression, type: DataType, write: (type: DataType) => string): FieldText {
  const term = emitter.emit(value);
  const { isNull } = term;
  if (isNull === "true") return { isNull, most: "0", write: (_, at) => at };
  const whole = type.kind === "byte" || type.kind === "short" || type.kind === "int" || type.kind === "long";
  if (whole && (term.rep === "int" || term.rep === "safe")) {
    return { isNull, most: String(INTEGER_BYTES), write: (to, at) => `R.putInteger(${to}, ${at}, ${term.code})` };
  }
  const string = type.kind === "string";
  const none = isNull === null ? "" : `${atom(isNull)} ? "" : `;
  const text = string
    ? term
    : {
        type: { kind: "string" } as const,
        rep: "text" as const,
        code: emitter.writer.constant(`${none}${write(type)}(${emitter.boxedValue(term)})`, "t"),
        isNull,
      };
  const { code, start, end } = emitter.bytes(text);
  const length = `(${end} - ${start})${string ? ` * ${ESCAPED_BYTES}` : ""}`;
  const most = isNull === null ? length : `(${atom(isNull)} ? 0 : ${length})`;
  const put = string ? "R.putQuoted" : "R.putBytes";
  return { isNull, most, write: (to, at) => `${put}(${to}, ${at}, ${code}, ${start}, ${end})` };
}
