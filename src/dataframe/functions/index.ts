/** All functions and operators: the families joined. Loading this makes them known to expressions. */
import { installFunctions } from "../expressions/function-table";
import { extractFunctions } from "./families/extract";
import { basicAggregates } from "./families/aggregate-basic";
import { sumAggregates } from "./families/aggregate-sum";
import { momentAggregates } from "./families/aggregate-moments";
import { collectAggregates } from "./families/aggregate-collect";
import { byAggregates } from "./families/aggregate-by";
import { percentileAggregates } from "./families/aggregate-percentile";
import { approximateAggregates } from "./families/aggregate-approximate";
import { bitmapAggregates } from "./families/aggregate-bitmap";
import { windowFunctions } from "./families/window";
import { arrayFunctions } from "./families/array";
import { arraySetFunctions } from "./families/array-set";
import { collectionFunctions } from "./families/collection";
import { mapFunctions } from "./families/map";
import { structFunctions } from "./families/struct";
import { stringFunctions } from "./families/string";
import { stringSearchFunctions } from "./families/string-search";
import { regexpFunctions } from "./families/regexp";
import { encodingFunctions } from "./families/encoding";
import { arithmeticFunctions } from "./families/arithmetic";
import { datetimeArithmeticFunctions } from "./families/datetime-arithmetic";
import { datetimeFunctions } from "./families/datetime";
import { intervalFunctions } from "./families/interval";
import { timeWindowFunctions } from "./families/time-window";
import { timeFunctions } from "./families/time";
import { predicateFunctions } from "./families/predicate";
import { conditionalFunctions } from "./families/conditional";
import { mathFunctions } from "./families/math";
import { bitwiseFunctions } from "./families/bitwise";
import { randomFunctions } from "./families/random";
import { lambdaFunctions } from "./families/lambda";
import { sequenceFunctions } from "./families/sequence";
import { generatorFunctions } from "./families/generator";
import { jsonFunctions } from "./families/json";
import { variantFunctions } from "./families/variant";
import { numberTextFunctions } from "./families/number-text";
import { hashFunctions } from "./families/hash";
import { urlFunctions } from "./families/url";
import { aesFunctions } from "./families/aes";
import { sessionFunctions } from "./families/session";
import { vectorFunctions } from "./families/vector";
import { castNameFunctions } from "./families/cast-names";
import { collationFunctions } from "./families/collation";
import { csvFunctions } from "./families/csv";
import { vectorAggregates } from "./families/vector-aggregates";
import { topKAggregates } from "./families/aggregate-top-k";
import { thetaFunctions } from "./families/theta-sketch";
import { tupleFunctions } from "./families/tuple-sketch";
import { kllFunctions } from "./families/kll-sketch";
import { collationTables } from "./families/collations";
import { keywordFunctions } from "./families/keywords";
import { FunctionRegistry } from "./registry";
import type { FunctionEntry } from "./registry";

/** One line a family. */
const families: readonly (readonly FunctionEntry[])[] = [
  thetaFunctions,
  tupleFunctions,
  kllFunctions,
  collationTables,
  keywordFunctions,
  extractFunctions,
  vectorAggregates,
  collationFunctions,
  castNameFunctions,
  vectorFunctions,
  sessionFunctions,
  aesFunctions,
  urlFunctions,
  hashFunctions,
  numberTextFunctions,
  randomFunctions,
  bitwiseFunctions,
  mathFunctions,
  conditionalFunctions,
  predicateFunctions,
  datetimeArithmeticFunctions,
  datetimeFunctions,
  timeFunctions,
  timeWindowFunctions,
  intervalFunctions,
  arithmeticFunctions,
  encodingFunctions,
  regexpFunctions,
  stringSearchFunctions,
  stringFunctions,
  basicAggregates,
  sumAggregates,
  momentAggregates,
  collectAggregates,
  byAggregates,
  percentileAggregates,
  approximateAggregates,
  bitmapAggregates,
  windowFunctions,
  arrayFunctions,
  arraySetFunctions,
  collectionFunctions,
  mapFunctions,
  structFunctions,
  lambdaFunctions,
  sequenceFunctions,
  generatorFunctions,
  jsonFunctions,
  variantFunctions,
  csvFunctions,
  topKAggregates,
];

export const builtins: FunctionRegistry = new FunctionRegistry(families.flat());

installFunctions(builtins);
