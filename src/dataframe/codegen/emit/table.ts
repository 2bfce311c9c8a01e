/** The functions that have code of their own, by primary name. An emitter that does not know the types at hand gives null. */
import type { Call } from "../../expressions/expression";
import type { Emitter } from "../emitter";
import type { Term } from "../term";
import { emitArithmetic, emitDivide, emitNegative } from "./arithmetic";
import { emitComparison, emitIn, emitIsNull } from "./comparison";
import { emitCase, emitCoalesce, emitIf } from "./conditional";
import { emitDateAdd, emitDateField } from "./dates";
import { emitBase64, emitDigest, emitHex, emitSha2, emitUnbase64, emitUnhex } from "./encodings";
import { emitHash, emitXxhash64 } from "./hashes";
import { emitAbs, emitBits, emitExtreme, emitModulo, emitWholeQuotient } from "./integers";
import { emitFromJson, emitGetJsonObject, emitToJson } from "./json";
import { emitAndOr, emitNot } from "./logic";
import { emitOfDouble, emitPower } from "./math";
import { emitItem } from "./split";
import { emitStructField } from "./structs";
import { emitConcat, emitLength, emitLetterCase, emitLike, emitSearch, emitSide, emitSubstring, emitTrim } from "./strings";
import { emitAddInterval, emitAddMonths, emitTimestampOf, emitTrunc } from "./times";

export type CallEmitter = (emitter: Emitter, call: Call) => Term | null;

const EMITTERS: ReadonlyMap<string, CallEmitter> = new Map<string, CallEmitter>([
  ["+", emitArithmetic],
  ["-", emitArithmetic],
  ["*", emitArithmetic],
  ["try_add", emitArithmetic],
  ["try_subtract", emitArithmetic],
  ["try_multiply", emitArithmetic],
  ["/", emitDivide],
  ["%", emitModulo],
  ["pmod", emitModulo],
  ["div", emitWholeQuotient],
  ["&", emitBits],
  ["|", emitBits],
  ["^", emitBits],
  ["abs", emitAbs],
  ["greatest", emitExtreme],
  ["least", emitExtreme],
  ["negative", emitNegative],
  ["=", emitComparison],
  ["==", emitComparison],
  ["<=>", emitComparison],
  ["!=", emitComparison],
  ["<>", emitComparison],
  ["<", emitComparison],
  ["<=", emitComparison],
  [">", emitComparison],
  [">=", emitComparison],
  ["in", emitIn],
  ["isnull", emitIsNull],
  ["isnotnull", emitIsNull],
  ["and", emitAndOr],
  ["or", emitAndOr],
  ["not", emitNot],
  ["!", emitNot],
  ["case", emitCase],
  ["when", emitCase],
  ["if", emitIf],
  ["coalesce", emitCoalesce],
  ["year", emitDateField],
  ["month", emitDateField],
  ["day", emitDateField],
  ["dayofmonth", emitDateField],
  ["quarter", emitDateField],
  ["extract", emitDateField],
  ["datepart", emitDateField],
  ["date_part", emitDateField],
  ["date_add", emitDateAdd],
  ["date_sub", emitDateAdd],
  ["length", emitLength],
  ["octet_length", emitLength],
  ["substring", emitSubstring],
  ["left", emitSide],
  ["right", emitSide],
  ["upper", emitLetterCase],
  ["lower", emitLetterCase],
  ["trim", emitTrim],
  ["ltrim", emitTrim],
  ["rtrim", emitTrim],
  ["concat", emitConcat],
  ["md5", emitDigest],
  ["sha1", emitDigest],
  ["sha2", emitSha2],
  ["get_json_object", emitGetJsonObject],
  ["from_json", emitFromJson],
  ["to_json", emitToJson],
  ["struct_field", emitStructField],
  ["hash", emitHash],
  ["xxhash64", emitXxhash64],
  ["hex", emitHex],
  ["base64", emitBase64],
  ["unhex", emitUnhex],
  ["unbase64", emitUnbase64],
  ["startswith", emitSearch],
  ["endswith", emitSearch],
  ["contains", emitSearch],
  ["like", emitLike],
  ["array_item", emitItem],
  ["element_at", emitItem],
  ["add_months", emitAddMonths],
  ["trunc", emitTrunc],
  ["timestamp_seconds", emitTimestampOf],
  ["timestamp_millis", emitTimestampOf],
  ["timestamp_micros", emitTimestampOf],
  ["timestamp_add_interval", emitAddInterval],
  ["power", emitPower],
  ...[
    ...["acos", "acosh", "asin", "asinh", "atan", "cbrt", "cos", "cosh", "exp", "expm1", "sin", "sinh", "sqrt", "tan", "tanh"],
    ...["ln", "log10", "log1p"],
  ].map((name): [string, CallEmitter] => [name, emitOfDouble]),
]);

export function emitterOf(call: Call): CallEmitter | undefined {
  return EMITTERS.get(call.fn);
}
