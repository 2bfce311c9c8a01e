/** What went wrong and what to do about it, for each error class; {name} is a parameter. */
export const errorMessages: Readonly<Record<string, string>> = {
  "NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE": "A nearest-by join gives from {min} to {max} rows for a row, not {numResults}.",
  "NEAREST_BY_JOIN.UNSUPPORTED_MODE": "A nearest-by join has no mode {mode}, only {supported}.",
  "NEAREST_BY_JOIN.UNSUPPORTED_DIRECTION": "A nearest-by join goes by {supported}, not by {direction}.",
  "NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE": "A nearest-by join cannot be {joinType}, only {supported}.",
  // Values
  ARITHMETIC_OVERFLOW: "{message}. The result is too large for its type; widen the operands{alternative}.",
  CAST_INVALID_INPUT:
    "{expression} ({sourceType}) cannot be read as {targetType}. Correct the value, or use try_cast to get NULL instead.",
  CAST_OVERFLOW_IN_TABLE_INSERT: "A value of {sourceType} is too large for the column {columnName}, which is {targetType}.",
  CAST_OVERFLOW:
    "{value} ({sourceType}) is outside the range of {targetType}. Use a wider type, or try_cast to get NULL instead.",
  BINARY_ARITHMETIC_OVERFLOW:
    "{value1} {symbol} {value2} is outside the range of its type; widen an operand, or use {functionName}.",
  CONVERSION_INVALID_INPUT: "{str} does not have the form {fmt} needed to become {targetType}; {suggestion} gives NULL instead.",
  DIVIDE_BY_ZERO: "Division by zero. try_divide gives NULL instead.",
  EXCEED_LIMIT_LENGTH: "The value is longer than its CHAR or VARCHAR column takes: {limit} characters.",
  REMAINDER_BY_ZERO: "Remainder of a division by zero. try_mod gives NULL instead.",
  INTERVAL_DIVIDED_BY_ZERO: "An interval was divided by zero. try_divide gives NULL instead.",
  INTERVAL_ARITHMETIC_OVERFLOW: "The interval does not fit its type.",
  DATETIME_OVERFLOW: "Could not {operation}: the result is beyond the range of its type.",
  NUMERIC_VALUE_OUT_OF_RANGE: "{value} does not fit DECIMAL({precision},{scale}). Use more digits.",
  NUMERIC_OUT_OF_SUPPORTED_RANGE: "{value} has more than 38 digits before its point, more than any DECIMAL holds.",
  DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION: "DECIMAL with {precision} digits: at most {maxPrecision} are possible.",
  INVALID_NUMERIC_LITERAL_RANGE: "{rawStrippedQualifier} is outside the range of {typeName}: {minValue} to {maxValue}.",
  _LEGACY_ERROR_TEMP_1323:
    "{colName} is no column of numbers, which sum, avg, min and max of groups take by name. Use agg with functions for other types.",
  TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS: "A table function takes one TABLE argument, not {num}.",
  VALUE_OUT_OF_BOUNDS: "{arg_name}: {actual} is outside of {lower_bound} to {upper_bound}.",
  UNRECOGNIZED_STATISTIC:
    "summary: there is no statistic {stats}. There are count, count_distinct, approx_count_distinct, mean, stddev, min, max, and percentiles such as 25%.",
  INVALID_ARRAY_INDEX: "Index {indexValue} is outside of an array of {arraySize} elements. get() gives NULL instead.",
  INVALID_ARRAY_INDEX_IN_ELEMENT_AT:
    "Index {indexValue} is outside of an array of {arraySize} elements. try_element_at gives NULL instead.",
  INVALID_INDEX_OF_ZERO: "Index 0: positions count from 1, or from -1 at the end.",
  INVALID_BITMAP_POSITION: "Bit {bitPosition} is outside of a bitmap of {bitmapNumBits} bits.",
  DUPLICATED_MAP_KEY: "The key {key} comes twice in a map. Set {mapKeyDedupPolicy} to LAST_WIN to keep the last value.",
  NULL_MAP_KEY: "A map was given NULL as a key.",
  MAP_KEY_DOES_NOT_EXIST: "There is no key {keyValue} in the map. try_element_at gives NULL instead.",
  INVALID_UTF8_STRING: "{str} is not valid UTF-8.",
  MALFORMED_CHARACTER_CODING: "{function} met bytes or characters that {charset} cannot express.",
  USER_RAISED_EXCEPTION: "{errorMessage}",
  SCALAR_SUBQUERY_TOO_MANY_ROWS:
    "A subquery that stands for one value gave several rows. Add LIMIT 1, an aggregate, or a condition.",
  ROW_SUBQUERY_TOO_MANY_ROWS: "A subquery that stands for one row gave several.",
  NOT_NULL_ASSERT_VIOLATION: "NULL came where the schema allows none.",
  COMPARATOR_RETURNS_NULL: "The comparison of {firstValue} with {secondValue} gave NULL; it must give a number.",
  ILLEGAL_SEQUENCE_STEP: "sequence(start, stop, step) would not end: start {start}, stop {stop}, step {step}.",
  _LEGACY_ERROR_TEMP_1017: "{name} is a function of the session. Say DROP TEMPORARY FUNCTION.",
  EXPECT_PERMANENT_VIEW_NOT_TEMP: "{operation} is for views of the catalog; {viewName} is a temporary one.",
  CREATE_PERMANENT_VIEW_WITHOUT_ALIAS: "The view {name} needs a name for its column {attr}. Write one with AS.",
  "INVALID_DEFAULT_VALUE.DATA_TYPE":
    "{statement}: the default {defaultValue} of {colName} is {actualType}; the column is {expectedType}.",
  _LEGACY_ERROR_TEMP_3242: "A sequence of dates goes in whole days, months or years: {step} is less than a day.",
  FAILED_FUNCTION_CALL: "{funcName} could not be called with these arguments.",
  RECURSION_LEVEL_LIMIT_EXCEEDED:
    "The recursion did not end after {levelLimit} steps. Correct its condition, or raise MAX RECURSION LEVEL.",
  RECURSION_ROW_LIMIT_EXCEEDED: "The recursion gave more than {rowLimit} rows. Correct its condition, or raise the limit.",

  FIELD_DATA_TYPE_UNACCEPTABLE_WITH_NAME: "{field_name}: {obj} is no value of {data_type}.",
  LONG_NOT_SAFE_INTEGER:
    "{value} is more than a JavaScript number can hold exactly. Set firesteel.sql.longAs=bigint to get bigints.",
  TIMESTAMP_BEYOND_DATE:
    "A timestamp of {value} microseconds is beyond what a JavaScript Date can hold. Cast it to a string or a number.",
  CANNOT_MERGE_TYPE: "Values of {column} are {left} and {right}. Give a schema.",

  // Dates, times and intervals
  CANNOT_PARSE_TIMESTAMP: "The text is no timestamp of the given pattern: {message}. {func} gives NULL instead.",
  CANNOT_PARSE_TIME: "{input} is no time of the form {format}.",
  CANNOT_PARSE_INTERVAL: "{intervalString} is not an interval; write for example INTERVAL '3' DAY.",
  "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION": "{rangeMessage}. Correct the field, or set {ansiConfig} to false to get NULL.",
  "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION": "{rangeMessage}. Correct the field.",
  INVALID_FRACTION_OF_SECOND: "{secAndMicros} seconds: 60 may have no fraction, and no more than 60 are possible.",
  "INVALID_DATETIME_PATTERN.LENGTH": "{pattern} repeats a letter too often for a pattern of dates and times.",
  "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER": "{pattern} has {c}, which stands for nothing in a pattern of dates and times.",
  "INVALID_DATETIME_PATTERN.SECONDS_FRACTION":
    "{pattern} asks for more fraction digits than there are, or in a form that cannot be read.",
  INVALID_DATETIME_PATTERN: "{pattern} is not a pattern of dates and times.",
  "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION":
    "{pattern} meant something before Spark 3 and is no pattern now. Change it, or set {config} to LEGACY.",
  "INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER":
    "{datetime} was read otherwise before Spark 3. Set {config} to CORRECTED to take it as invalid, or to LEGACY.",
  "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING": "{input} is no {typeName}; its forms are {supportedFormat}.",
  "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE":
    "{input} is no {typeName} in its range; its forms are {supportedFormat}.",
  "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING": "{input} has a field outside its range for a {interval} interval.",
  "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE": "{input} is no offset of a time zone: at most 18 hours.",
  INVALID_INTERVAL_FORMAT: "{input} is not an interval.",
  INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION: "A time of day cannot be added to a date; cast the date to a timestamp.",
  INVALID_TIMEZONE: "{timeZone} is no time zone; use a name such as Europe/Paris or an offset such as +02:00.",
  INVALID_EXTRACT_FIELD: "{expr} has no field {field}.",
  INVALID_EXTRACT_FIELD_TYPE: "A field is named by text that is not NULL; this is {extraction}.",
  INVALID_EXTRACT_BASE_FIELD_TYPE: "{base} ({other}) has no fields or elements to take.",
  INVALID_TYPED_LITERAL: "{value} is not a literal of {valueType}.",
  UNSUPPORTED_TYPED_LITERAL: "There are no literals of {unsupportedType}; those there are: {supportedTypes}.",

  // Text and formats
  "INVALID_FORMAT.MISMATCH_INPUT": "{input} ({inputType}) does not have the form {format}.",
  "INVALID_FORMAT.ESC_IN_THE_MIDDLE":
    "In the pattern {format} the escape character stands before {char}; only _, % and itself may follow it.",
  "INVALID_FORMAT.ESC_AT_THE_END": "The pattern {format} ends with its escape character.",
  INVALID_FORMAT: "{format} is not a format of numbers.",
  "INVALID_PARAMETER_VALUE.PATTERN": "{functionName}: {value} is not a regular expression.",
  "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX": "{functionName}: there is no group {groupIndex}; the expression has {groupCount}.",
  "INVALID_PARAMETER_VALUE.CHARSET": "{functionName}: {charset} is not one of {charsets}.",
  "INVALID_PARAMETER_VALUE.DATETIME_UNIT":
    "{functionName}: {parameter} is a unit such as YEAR or DAY, without quotes; not {invalidValue}.",
  "INVALID_PARAMETER_VALUE.TIME_UNIT":
    "{functionName}: {invalidValue} is no unit of times; use HOUR, MINUTE, SECOND, MILLISECOND or MICROSECOND.",
  "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE": "{functionName}: bit {invalidValue} is not between 0 and {upper}.",
  "INVALID_PARAMETER_VALUE.ZERO_INDEX": "{functionName}: {parameter} is 0; positions count from 1, or from -1 at the end.",
  INVALID_REGEXP_REPLACE: "The replacement {replacement} does not fit the expression {pattern}.",

  // Types
  "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES":
    "{sqlExpr}: {functionName} needs an array of the elements' type; these are {leftType} and {rightType}.",
  "DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES":
    "{sqlExpr}: {functionName} needs two arrays of one type; these are {leftType} and {rightType}.",
  "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES": "{sqlExpr}: the operands are {left} and {right}. Cast one of them.",
  "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE": "{sqlExpr}: the operands must be {inputType}, not {actualDataType}.",
  "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION": "{sqlExpr}: no {srcType} can become {targetType}.",
  "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION":
    "{sqlExpr}: no {srcType} becomes {targetType} in ANSI mode; {config} = {configVal} would allow it.",
  "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION":
    "{sqlExpr}: no {srcType} becomes {targetType} in ANSI mode; use {functionNames}.",
  "DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING":
    "{sqlExpr}: names of fields are constant strings, not {inputExprs}.",
  "DATATYPE_MISMATCH.DATA_DIFF_TYPES": "{sqlExpr}: the arguments of {functionName} must have one type; these are {dataType}.",
  "DATATYPE_MISMATCH.INVALID_ARG_VALUE": "{sqlExpr}: {inputName} must be one of {validValues}, not {inputValue}.",
  "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE": "{sqlExpr}: {keyType} cannot be the key of a map.",
  "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE": "{sqlExpr}: {functionName} needs values with an order; {dataType} has none.",
  "DATATYPE_MISMATCH.INVALID_JSON_SCHEMA":
    "{sqlExpr}: {schema} is no schema for JSON; a struct, an array, a map or a variant is.",
  "DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE": "{sqlExpr}: the argument must be a single column.",
  "DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH":
    "The columns of IN and of its subquery differ in type: {leftType} and {rightType}, in {mismatchedColumns}.",
  "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH": "IN has {leftLength} columns on the left, its subquery {rightLength}.",
  "DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES": "{sqlExpr}: the maps of {functionName} must have one type; these are {dataType}.",
  "DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES":
    "{sqlExpr}: {functionName} needs a map with keys of the value's type; these are {leftType} and {rightType}.",
  "DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES":
    "{sqlExpr}: the maps of {functionName} must have keys of one type; these are {leftType} and {rightType}.",
  "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT": "{sqlExpr}: {inputName} must be a constant; it is {inputExpr}.",
  "DATATYPE_MISMATCH.NON_STRING_TYPE": "{sqlExpr}: {funcName} needs strings, not {actualType}.",
  "DATATYPE_MISMATCH.NULL_TYPE": "{sqlExpr}: {functionName} does not take NULL.",
  "DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE":
    "{sqlExpr}: a range over {orderSpecType} cannot have a bound of {valueBoundaryType}.",
  "DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER": "{sqlExpr}: a range with bounds needs exactly one ORDER BY expression.",
  "DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER": "{sqlExpr}: a range needs ORDER BY.",
  "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE":
    "{sqlExpr}: the {location} bound must be {expectedType}, not {exprType}.",
  "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_INVALID_BOUND": "{sqlExpr}: the frame's end {upper} comes before its start {lower}.",
  "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE":
    "{sqlExpr}: the {paramIndex} argument must be {requiredType}; {inputSql} is {inputType}.",
  "DATATYPE_MISMATCH.UNEXPECTED_NULL": "{sqlExpr}: {exprName} must not be NULL.",
  "DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE":
    "{sqlExpr}: the function given to {functionName} must return {expectedType}, not {actualType}.",
  "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE": "{sqlExpr}: {exprName} must be in {valueRange}, not {currentValue}.",
  "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT": "{sqlExpr}: {msg}{hint}.",
  CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE: "{left} and {right} have no type in common.",
  CANNOT_UP_CAST_DATATYPE: "{expression} is {sourceType} and would lose as {targetType}. {details}",
  INCOMPATIBLE_COLUMN_TYPE:
    "{operator}: column {columnOrdinalNumber} is {dataType1} in table {tableOrdinalNumber}, and {dataType2} in the first. Cast one.{hint}",
  NUM_COLUMNS_MISMATCH:
    "{operator}: the first table has {firstNumColumns} columns, the {invalidOrdinalNum} has {invalidNumColumns}.",
  "INVALID_SCHEMA.NON_STRING_LITERAL": "A schema is a constant string; this is {inputSchema}.",
  "INVALID_SCHEMA.NON_STRUCT_TYPE": "{inputSchema} is {dataType}; a struct is needed.",
  "INVALID_SCHEMA.PARSE_ERROR": "{inputSchema} is not a schema: {reason}",
  "INVALID_OPTIONS.NON_MAP_FUNCTION": "Options are written as map('name', 'value', …).",
  "INVALID_OPTIONS.NON_STRING_TYPE": "Options are strings for strings, not {mapType}.",
  UNSUPPORTED_DATATYPE: "{typeName} is not a type that can be used here.",
  WRONG_NUM_ARGS: "{functionName} takes {expectedNum} arguments, not {actualNum}.",
  NON_FOLDABLE_ARGUMENT: "{funcName}: {paramName} must be a constant {paramType}.",

  // Names
  AMBIGUOUS_REFERENCE: "{name} may be any of {referenceNames}. Say which table is meant.",
  AMBIGUOUS_REFERENCE_TO_FIELDS: "Several fields are called {field}: {count} of them.",
  AMBIGUOUS_ALIAS_IN_NESTED_CTE:
    "The name {name} is given in this WITH and in one around it. Rename one, or decide with {config}.",
  AMBIGUOUS_COLUMN_OR_FIELD: "{name} names {n} columns or fields.",
  "UNRESOLVED_COLUMN.WITH_SUGGESTION": "There is no column {objectName} here. Near it: {proposal}.",
  "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION": "There is no column {objectName} here.",
  "UNRESOLVED_FIELD.WITH_SUGGESTION": "There is no field {fieldName} in {columnPath}. Near it: {proposal}.",
  FIELD_NOT_FOUND: "There is no field {fieldName}; those there are: {fields}.",
  UNRESOLVED_ROUTINE: "There is no function {routineName} in {searchPath}.",
  UNRESOLVED_VARIABLE: "There is no variable {variableName} in {searchPath}.",
  VARIABLE_NOT_FOUND: "There is no variable {variableName}. Declare it, or say IF EXISTS.",
  UNRESOLVED_USING_COLUMN_FOR_JOIN:
    "USING names {colName}, which the {side} side of the join does not have; it has {suggestion}.",
  CANNOT_RESOLVE_STAR_EXPAND: "{targetString}.* names nothing here; there is {columns}.",
  TABLE_OR_VIEW_NOT_FOUND: "There is no table or view {relationName}. Check its name and the current database.",
  TABLE_OR_VIEW_ALREADY_EXISTS: "{relationName} exists already. Drop it first, or say IF NOT EXISTS or OR REPLACE.",
  TEMP_TABLE_OR_VIEW_ALREADY_EXISTS: "The temporary view {relationName} exists already. Say OR REPLACE, or drop it.",
  SCHEMA_NOT_FOUND: "There is no database {schemaName}.",
  SCHEMA_ALREADY_EXISTS: "The database {schemaName} exists already. Say IF NOT EXISTS, or drop it.",
  SCHEMA_NOT_EMPTY: "The database {schemaName} has tables. Drop them, or say CASCADE.",
  CATALOG_NOT_FOUND: "There is no catalog {catalogName}.",
  PATH_NOT_FOUND: "There is nothing at {path}.",
  INVALID_EMPTY_LOCATION: "A location is empty: {location}.",
  PARTITIONS_NOT_FOUND: "{tableName} has no partition {partitionList}.",
  NOT_A_SCALAR_FUNCTION: "{functionName} gives a table; it belongs in FROM.",
  NOT_A_TABLE_FUNCTION: "{functionName} gives a value; it does not belong in FROM.",
  UNRESOLVABLE_TABLE_VALUED_FUNCTION: "There is no table function {name}.",
  EXPECT_TABLE_NOT_VIEW: "{operation} needs a table; {viewName} is a view.",
  EXPECT_VIEW_NOT_TABLE: "{operation} needs a view; {tableName} is a table.",
  SQL_CONF_NOT_FOUND: "There is no setting {sqlConf}.",
  CANNOT_MODIFY_CONFIG: "{key} cannot be changed while the session runs.",
  CANNOT_MODIFY_STATIC_CONFIG: "{key} is fixed when the session starts.",
  "INVALID_CONF_VALUE.TIME_ZONE":
    "{confName} = {confValue} is no time zone; use a name such as Europe/Paris or an offset such as +02:00.",
  INVALID_CONF_VALUE: "{confName} cannot be {confValue}.",
  INVALID_IDENTIFIER: "{ident} is not a name; put it between backticks.",

  // Queries
  PARSE_SYNTAX_ERROR: "{error} does not belong here{hint}.",
  PARSE_EMPTY_STATEMENT: "The statement is empty.",
  UNCLOSED_BRACKETED_COMMENT: "A comment begins with /* and has no */.",
  AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION:
    "{sqlExpr}: what is random cannot be aggregated; compute it in a query below.",
  ALL_PARAMETERS_MUST_BE_NAMED: "Name all parameters or none; without names are {exprs}.",
  ASSIGNMENT_ARITY_MISMATCH: "{numExpr} values for {numTarget} columns or variables.",
  "COLLATION_MISMATCH.EXPLICIT": "Strings with several collations meet: {explicitTypes}. Give one COLLATE for all.",
  "COLLATION_MISMATCH.IMPLICIT": "Strings with several collations meet: {implicitTypes}. Say which with COLLATE.",
  INDETERMINATE_COLLATION: "It is open by which collation the strings compare. Say it with COLLATE.",
  INDETERMINATE_COLLATION_IN_EXPRESSION: "It is open by which collation {expr} compares. Say it with COLLATE.",
  DUPLICATED_CTE_NAMES: "WITH gives a name twice: {duplicateNames}.",
  DUPLICATE_ASSIGNMENTS: "Assigned twice: {nameList}.",
  DEFAULT_PLACEMENT_INVALID: "DEFAULT stands only for a whole value, in VALUES, SET and the like.",
  EXCEPT_OVERLAPPING_COLUMNS: "EXCEPT names columns that contain each other: {columns}.",
  GROUP_BY_AGGREGATE: "GROUP BY cannot group by an aggregate: {sqlExpr}.",
  GROUP_BY_POS_AGGREGATE: "GROUP BY {index} is the aggregate {aggExpr}.",
  GROUP_BY_POS_OUT_OF_RANGE: "GROUP BY {index}: the select list has {size} columns.",
  ORDER_BY_POS_OUT_OF_RANGE: "ORDER BY {index}: the select list has {size} columns.",
  STAR_GROUP_BY_POS: "GROUP BY positions do not go with * in the select list.",
  UNRESOLVED_ALL_IN_GROUP_BY: "GROUP BY ALL finds no grouping in this select list. Write it out.",
  MISSING_AGGREGATION: "{expression} is neither grouped by nor inside of an aggregate. Group by it, or use {expressionAnyValue}.",
  MISSING_GROUP_BY: "The query aggregates, so columns beside the aggregates need GROUP BY.",
  NESTED_AGGREGATE_FUNCTION: "An aggregate stands inside of another. Compute the inner one in a subquery.",
  INVALID_WHERE_CONDITION:
    "WHERE {condition} has aggregates, window functions or generators: {expressionList}. Use HAVING or a subquery.",
  "INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE": "FILTER ({filterExpr}) holds the aggregate {aggExpr}.",
  "INVALID_AGGREGATE_FILTER.CONTAINS_WINDOW_FUNCTION": "FILTER ({filterExpr}) holds the window function {windowExpr}.",
  "INVALID_AGGREGATE_FILTER.NON_DETERMINISTIC": "FILTER ({filterExpr}) is random.",
  "INVALID_AGGREGATE_FILTER.NOT_BOOLEAN": "FILTER ({filterExpr}) is not a condition.",
  "INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE": "{name} {expr} must be an integer, not {dataType}.",
  "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE": "{name} {expr} is negative: {v}.",
  "INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL": "{name} {expr} is NULL.",
  "INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE": "{name} {expr} is not a constant.",
  "INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE": "VALUES cannot compute {expr}.",
  "INVALID_INLINE_TABLE.FAILED_SQL_EXPRESSION_EVALUATION": "VALUES failed to compute {sqlExpr}.",
  "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE": "The values of column {colName} have no type in common.",
  "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH": "Row {rowIndex} has {actualNumCols} values, the first {expectedNumCols}.",
  "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION": "{class} does not take a function as argument.",
  "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH": "The function has {actualNumArgs} parameters; {expectedNumArgs} are passed.",
  INVALID_NON_DETERMINISTIC_EXPRESSIONS: "What is random cannot stand here: {sqlExprs}.",
  INVALID_TEMP_OBJ_REFERENCE: "The lasting {obj} {objName} cannot use the temporary {tempObj} {tempObjName}.",
  INCOMPARABLE_PIVOT_COLUMN: "Values of {columnName} cannot be compared, so it cannot be pivoted.",
  NON_LITERAL_PIVOT_VALUES: "Values of PIVOT are constants; {expression} is not.",
  PIVOT_VALUE_DATA_TYPE_MISMATCH: "{value} ({valueType}) is no value of the pivot column ({pivotType}).",
  INCOMPATIBLE_JOIN_TYPES: "{joinType1} and {joinType2} do not go together.",
  INVALID_RECURSIVE_CTE: "A recursive WITH is one start, UNION ALL, and one step that names it.",
  INVALID_RECURSIVE_REFERENCE: "A recursive WITH can be named once, and not in a subquery, aggregate or outer side of a join.",
  UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE: "A recursive WITH needs UNION ALL instead of UNION.",
  "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN":
    "A subquery that stands for one value has {number} columns.",
  "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE":
    "The subquery uses {sqlExprs} of the outer query where it cannot.",
  "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_REFERENCE_DATA_TYPE":
    "{expr} of the outer query is {dataType}, by which no join can be made.",
  "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION":
    "The condition of a join holds a subquery that uses both sides: {subqueryExpression}.",
  UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY: "A subquery of this form is not possible here.",
  "UNSUPPORTED_FEATURE.LATERAL_JOIN_USING": "JOIN LATERAL does not go with USING.",
  "UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET": "{variableName} is a variable: use SET VARIABLE.",
  "UNSUPPORTED_FEATURE.TABLE_OPERATION": "{operation} is not possible for {tableName}.",
  "UNSUPPORTED_FEATURE.TRANSFORM_DISTINCT_ALL": "TRANSFORM does not go with DISTINCT or ALL.",
  "UNSUPPORTED_FEATURE.VARIANT_TEXT": "Variants have no text here.",
  UNSUPPORTED_EXPR_FOR_WINDOW: "{sqlExpr} cannot stand before OVER.",
  "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT": "A generator stands only in SELECT or LATERAL VIEW, not in {plan}.",
  "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS": "A generator cannot stand inside of {expression}.",
  "UNSUPPORTED_GENERATOR.MULTI_GENERATOR": "A select list can have one generator, not {num}: {generators}.",
  UNSUPPORTED_GROUPING_EXPRESSION: "grouping and grouping_id need GROUPING SETS, CUBE or ROLLUP.",
  GROUPING_COLUMN_MISMATCH: "grouping({grouping}) is not among the groupings {groupingColumns}.",
  GROUPING_SIZE_LIMIT_EXCEEDED: "At most {maxSize} expressions can be grouped in sets.",
  WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE: "{funcName} needs OVER (…).",
  WINDOW_FUNCTION_FRAME_NOT_ORDERED: "{wf_name} needs an order: add orderBy to its window.",
  MISSING_WINDOW_SPECIFICATION: "There is no window {windowName}. See {docroot}.",
  DISTINCT_WINDOW_FUNCTION_UNSUPPORTED: "DISTINCT does not go with OVER: {windowExpr}.",
  UNBOUND_SQL_PARAMETER: "The parameter {name} was given no value.",
  UDTF_ALIAS_NUMBER_MISMATCH: "{aliasesSize} names for {outputSize} columns: {aliasesNames}.",
  INVALID_PARTITION_OPERATION: "The partition of {name} is not as the operation needs it.",
  "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS":
    "{tableName} has the columns {tableColumns}; the data has more: {dataColumns}.",
  "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS":
    "{tableName} has the columns {tableColumns}; the data has fewer: {dataColumns}.",
  INVALID_SET_SYNTAX: "SET is written SET key, SET key = value or SET; put keys with unusual characters between backticks.",
  INVALID_QUERY_MIXED_QUERY_PARAMETERS: "Named and positional parameters are mixed.",
  // Aggregates, arrays, texts
  _LEGACY_ERROR_TEMP_1321: "{viewName} is no name of a view: letters, digits and _, or anything between backticks.",
  TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS: "A temporary view has a name of one part, not {actualName}.",
  KLL_INVALID_INPUT_SKETCH_BUFFER: "{function} takes the bytes of a KLL sketch, as kll_sketch_agg_… gives them.",
  KLL_SKETCH_INVALID_QUANTILE_RANGE: "{functionName}: a quantile is between 0 and 1.",
  APPROX_TOP_K_MAX_ITEMS_TRACKED_EXCEEDS_LIMIT: "{funcName} can watch at most {limit} values, not {maxItemsTracked}.",
  APPROX_TOP_K_MAX_ITEMS_TRACKED_LESS_THAN_K: "{funcName} must watch at least k = {k} values, not {maxItemsTracked}.",
  APPROX_TOP_K_NON_POSITIVE_ARG: "{argName} of {funcName} must be above 0; it is {argValue}.",
  APPROX_TOP_K_NULL_ARG: "{argName} of {funcName} must not be NULL.",
  NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION: "A frequency must not be negative: {frequencyExpression} is {negativeValue}.",
  "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER":
    "{functionName} would make {numberOfElements} elements; an array holds at most {maxRoundedArrayLength}.",
  UNABLE_TO_ACQUIRE_MEMORY:
    "A value that {functionName} would make needs {requestedBytes} bytes; its thread has room for {receivedBytes}. Make less at once, or raise spark.executor.memory.",
  ILLEGAL_SEQUENCE_BOUNDARIES: "sequence() cannot go from {start} to {stop} in steps of {step}.",
  "INVALID_PARAMETER_VALUE.LENGTH": "{parameter} of {functionName} is {length}; it must not be negative.",
  "INVALID_PARAMETER_VALUE.START": "{parameter} of {functionName} is 0: positions count from 1, or from -1 at the end.",
  "DATATYPE_MISMATCH.INVALID_JSON_MAP_KEY_TYPE": "{sqlExpr}: the keys of a map in {schema} must be strings.",
  "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES":
    "{sqlExpr}: {functionName} goes from {otherStartType} to the like by numbers, or from {startType} by {stepType}.",
  "DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES":
    "{sqlExpr}: column {columnIndex} is {leftType} by argument {leftParamIndex} and {rightType} by argument {rightParamIndex}.",
  "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE": "{sqlExpr}: {functionName} takes no {dataType}.",
  "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX": "{prettyName} cannot be written with {syntax}.",
  "INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED": "{funcName} cannot have DISTINCT and WITHIN GROUP.",
  "INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT":
    "{funcName} with DISTINCT must be ordered by what it joins: {funcArg}, not {orderingExpr}.",
  "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING": "{funcName} needs WITHIN GROUP (ORDER BY …).",
  "INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ARGS":
    "{funcName} with WITHIN GROUP takes {expectedNum} arguments; it was given {actualNum}.",
  "INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS":
    "WITHIN GROUP of {funcName} takes {expectedNum} expressions; it was given {actualNum}.",
  "WRONG_NUM_ARGS.WITH_SUGGESTION":
    "{functionName} takes {expectedNum} arguments; it was given {actualNum}. {legacyConfKey} = {legacyConfValue} allows {legacyNum}.",
  PARSE_MODE_UNSUPPORTED: "{funcName} has no mode {mode}: PERMISSIVE or FAILFAST.",
  "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION":
    "A record is not of the schema: {badRecord}. In the mode PERMISSIVE, instead of {failFastMode}, such values are NULL.",
  MALFORMED_CSV_RECORD: "A CSV record cannot be read: {badRecord}.",
  INVALID_JSON_TEXT: "The text is no JSON: {reason} at character {position}.",
  INVALID_CORRUPT_RECORD_TYPE: "The column of corrupt records {columnName} must be a nullable STRING, not {actualType}.",
  "INVALID_DELIMITER_VALUE.EMPTY_STRING": "The delimiter of CSV must not be empty.",
  "INVALID_DELIMITER_VALUE.SINGLE_BACKSLASH": "A single backslash is no delimiter; write two for one.",
  "INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER": "{str} is no escape that a delimiter may have.",
  "INVALID_OPTIONS.BOOLEAN_VALUE": "The option {option} must be true or false, not {value}.",
  "INVALID_OPTIONS.NOT_ONE_CHARACTER": "The option {option} must be one character, not {value}.",
  "INVALID_OPTIONS.NUMBER_VALUE": "The option {option} must be a number, not {value}.",
  "UNSUPPORTED_FEATURE.CSV_UNESCAPED_QUOTE_HANDLING": "unescapedQuoteHandling {handling} is not supported.",
  INVALID_VARIANT_CAST: "The variant {value} cannot become {dataType}. {functionName} gives NULL instead.",
  INVALID_VARIANT_GET_PATH:
    "{path} is no path into a variant for {functionName}: $ and then steps like [123], .name, ['name'] or [\"name\"].",
  MALFORMED_VARIANT: "The bytes of a variant are damaged.",
  UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT: "A variant holds a value of the unknown kind {id}.",
  VARIANT_DUPLICATE_KEY: "An object has the field {key} twice, which a variant cannot.",
  VARIANT_SIZE_LIMIT: "A variant takes at most {sizeLimit}; {functionName} would make a larger one.",
  _LEGACY_ERROR_TEMP_1159: "{tableName} has the format {existingProvider}, not {specifiedProvider}.",
  _LEGACY_ERROR_TEMP_1161:
    "{tableName} has the columns {existingTableSchema}; what is appended has {querySchema}. Give as many columns, with the same names.",
  _LEGACY_ERROR_TEMP_1163:
    "{tableName} is partitioned by [{existingPartCols}], not by [{specifiedPartCols}]: append with the partitioning that it has.",
  _LEGACY_ERROR_TEMP_1164:
    "{tableName} has other buckets: {existingBucketString}. Asked for: {specifiedBucketString}. Append with those that it has.",
  _LEGACY_ERROR_TEMP_1166: "The bucket column {bucketCol} is a partition column, too: leave one of the two out.",
  _LEGACY_ERROR_TEMP_1167:
    "The column {sortCol} that buckets are sorted by is a partition column: it is the same in all of a file's rows.",
  _LEGACY_ERROR_TEMP_2249:
    "A side of a join that was to be broadcast has {dataSize}, and {maxBroadcastTableBytes} is the most (spark.sql.maxBroadcastTableSize). Leave out the hint, or set spark.sql.autoBroadcastJoinThreshold to less.",
  "UNSUPPORTED_FEATURE.SQL_SCRIPTING": "Scripts (BEGIN … END) are switched off by {sqlScriptingEnabled}.",
  INVALID_BUCKET_COUNT:
    "There may be 1 to {bucketingMaxBuckets} buckets (spark.sql.sources.bucketing.maxBuckets), not {numBuckets}.",
  INVALID_BUCKET_FILE: "The name of {path} does not say which bucket its rows are in: it does not belong to the bucketed table.",
  "UNSUPPORTED_OVERWRITE.TABLE": "{table} cannot be overwritten by a query that reads it. Write into another table first.",
  MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION:
    "{expr} tells the file of one source, and rows here come from several. Take it below the join.",
  _LEGACY_ERROR_TEMP_1039: "A query has one window of time. Make the second one in a query above.",
  _LEGACY_ERROR_TEMP_1207: "Durations of a window are numbers of microseconds or texts such as '5 minutes'.",
  _LEGACY_ERROR_TEMP_3231: "{interval} is no duration of a fixed length: a window cannot be of months. Write days or weeks.",
  _LEGACY_ERROR_TEMP_1210: "The second argument of {funcName} must be a boolean literal.",
  _LEGACY_ERROR_TEMP_2128: "An array of keys and one of values must have the same length.",

  // Columns, sources and statements that do not go together
  AMBIGUOUS_COLUMN_REFERENCE:
    '{name} may be of either side: the DataFrame is joined with itself. Give the sides names by as(…) and say which: col("left.name").',
  "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN": "The condition {sqlExpr} is {type}; it must be BOOLEAN.",
  DATA_SOURCE_NOT_FOUND: "There is no source {provider}. Check its name, or register it with spark.dataSource.register.",
  CANNOT_DETERMINE_TYPE: "No record has a value in {columns} that tells its type. Give a schema.",
  CANNOT_INFER_EMPTY_SCHEMA: 'There are no records to tell a schema by. Give one: createDataFrame([], "a INT, b STRING").',
  FIELD_NOT_NULLABLE_WITH_NAME:
    "{field_name} has a null, which its schema does not allow. Correct the record, or leave out NOT NULL.",
  INVALID_SAVE_MODE: "{mode} is no mode of writing; those are append, overwrite, ignore and error (also errorifexists, default).",
  PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA: "There is no column {column} to partition by in {schema}.",
  UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE:
    "{format} cannot hold the column {columnName}, which is {columnType}. Cast it, for example to a string by to_json, or leave it out.",
  UNSUPPORTED_JOIN_TYPE: "There is no join of the type '{typ}'; those there are: {supported}.",
  UNSUPPORTED_LITERAL_VALUE:
    "{path} is {value}, which no column can hold. Give a number, string, boolean, Date, bytes, array, Map or object of them.",
  UNRESOLVED_COLUMN_AMONG_FIELD_NAMES:
    "The other side has no column {colName}; it has {fieldNames}. With allowMissingColumns it is NULL there.",
  PATH_ALREADY_EXISTS:
    "There is something at {outputPath} already. Choose another path, or the mode append, overwrite or ignore.",
  UNABLE_TO_INFER_SCHEMA: "No file tells a schema for {format}. Check the paths, or give a schema.",
  COLUMN_ALREADY_EXISTS: "The column {columnName} comes twice. Give one of them another name.",
  CANNOT_MERGE_SCHEMAS: "Files have schemas that do not go together: {left} and {right}.",
  "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON":
    "The frame of a window begins behind its end: its first bound must be {comparison} to its last.",
  ROUTINE_NOT_FOUND: "There is no function {routineName}. Check its name and the current database.",
  ROUTINE_ALREADY_EXISTS: "There is a {existingRoutineType} {routineName} already. Say OR REPLACE, or drop it.",
  INVALID_OPTION_VALUE: "The option {optionName} is '{optionValue}'; it must be {expected}.",
  "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST":
    "{tableName}: the column {colName} is {targetType}, and {srcType} is not safely one. Cast the value.",
  "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS": "{tableName} has no columns {extraColumns}.",
  UNPIVOT_VALUE_DATA_TYPE_MISMATCH: "The columns that become one are of types without a common one: {types}. Cast them.",
  GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE: "Rows cannot be grouped by {sqlExpr}: values of {dataType} have no order.",
  JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE: "The condition of the join, {joinCondition}, is {conditionType}; it must be BOOLEAN.",
  COLUMN_NOT_DEFINED_IN_TABLE: "{tableName} has no column {colName} to be a {colType} column; it has {tableCols}.",
  CANNOT_RESOLVE_DATAFRAME_COLUMN:
    "{name} is a column of a DataFrame that this query is not made from. Take the column from this one, or join the other.",
  INVALID_USAGE_OF_STAR_OR_REGEX: "{elem} cannot stand in {prettyName}: name the columns.",
  "UNSUPPORTED_GENERATOR.NOT_GENERATOR": "{functionName} makes no rows: a function such as explode belongs here.",
  "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN":
    "A query of nothing but {columnName} reads no other column, so that no record is found to be bad. Cache the DataFrame, or save what was parsed, first.",
  UNSUPPORTED_EXPR_FOR_OPERATOR:
    "{invalidExprSqls} cannot stand here: aggregates, window functions and generators belong into select or agg.",
  WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE:
    "A window function cannot stand in {clauseName}. Compute it in a subquery, or by withColumn, first.",
  "WRONG_NUM_ARGS.WITHOUT_SUGGESTION": "{functionName}: the number of arguments is {actualNum}; it must be {expectedNum}.",
  "NOT_A_CONSTANT_STRING.NOT_CONSTANT": "{name} must be a constant string; {expr} is not constant.",
  DUPLICATE_KEY: "The key {keyColumn} comes twice.",
  "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION":
    "There is no compression {codecName}; those there are: {availableCodecs}.",
  INSERT_PARTITION_COLUMN_ARITY_MISMATCH:
    "{tableName}: columns {tableColumns} with {staticPartCols} fixed do not go with the values {dataColumns}.",
  PARTITIONS_ALREADY_EXIST: "{tableName} has {partitionList} already. Say IF NOT EXISTS.",
  EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE: "{format} cannot hold rows without columns.",
  UNPIVOT_REQUIRES_VALUE_COLUMNS: "There is no column left to unpivot.",
  ALL_PARTITION_COLUMNS_NOT_ALLOWED: "All columns are partition columns: at least one must stay in the files.",
  INVALID_PARTITION_COLUMN_DATA_TYPE: "A column of {type} cannot be a partition column.",
  WRONG_COMMAND_FOR_OBJECT_TYPE: "{operation} is for a {requiredType}; {objectName} is a {foundType}.",
  RECURSIVE_VIEW: "The view {viewIdent} would read itself: {newPath}.",
  VARIABLE_ALREADY_EXISTS: "There is a variable {variableName} already. Say OR REPLACE.",
  REQUIRED_PARAMETER_NOT_FOUND: "{routineName} was given no {parameterName}, its argument {index}.",
  UNRECOGNIZED_PARAMETER_NAME: "{routineName} has no argument {argumentName}. Near it: {proposal}.",
  UNEXPECTED_POSITIONAL_ARGUMENT: "{routineName}: an argument without a name follows {parameterName}, which has one.",
  TRANSPOSE_EXCEED_ROW_LIMIT: "More than {maxValues} rows cannot be turned into columns. Raise {config}.",
  "INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE": "{expr} is no aggregate: what is observed must be.",
  _LEGACY_ERROR_TEMP_1046: "A hint for joins names tables or aliases; {unsupported} is neither.",
  _LEGACY_ERROR_TEMP_1047:
    "The hint {hintName} takes a whole number of partitions, which comes first, and names of columns; {invalidParams} is neither.",
  _LEGACY_ERROR_TEMP_1048: "The hint {hintName} takes a whole number of partitions and nothing else.",
  INVALID_HINT_PARAMETER: "The hint {hintName} was given an argument that it does not take.",

  // Shapes and clauses that do not go together
  NULLABLE_COLUMN_OR_FIELD: "{name} may be NULL, and the wanted schema allows none. Filter the nulls out, or allow them.",
  INVALID_COLUMN_OR_FIELD_DATA_TYPE: "{name} is {type}, which does not become {expectedType} by itself. Cast it.",
  "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_DIFF_TYPES":
    "{sqlExpr}: its bounds are {lowerType} and {upperType}. Write both of one type.",
  "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE":
    "The {location} bound of a window must be a constant, not {expression}.",
  _LEGACY_ERROR_TEMP_1035: "{prettyName} has no frame: leave ROWS or RANGE out.",
  _LEGACY_ERROR_TEMP_1036: "This function has the frame {required}, not {wf}. Leave the frame out.",
  "UNSUPPORTED_FEATURE.PIVOT_AFTER_GROUP_BY": "pivot goes with groupBy, not with {clause}. Pivot in a query above.",
  REPEATED_CLAUSE: "There is one {clause} in a query. Write the second in a query above.",
  "DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS": "{sqlExpr} would have no fields left. Drop the column instead.",
  UNPIVOT_VALUE_SIZE_MISMATCH: "UNPIVOT: each set of columns must have {names}, as many as there are names of values.",
  UNPIVOT_REQUIRES_ATTRIBUTES: "UNPIVOT takes columns, not expressions. Compute them in a query below.",
  TRANSPOSE_INVALID_INDEX_COLUMN: "transpose: {reason}.",
  TRANSPOSE_NO_LEAST_COMMON_TYPE: "transpose: the columns become one, and {dt1} and {dt2} have no type in common. Cast them.",
  _LEGACY_ERROR_TEMP_1312: "{operation} writes files, which keep no buckets. Use saveAsTable, or leave bucketBy out.",
  SORT_BY_WITHOUT_BUCKETING: "sortBy orders the rows of buckets: call bucketBy, too, or sortWithinPartitions before the write.",
  CLUSTERING_NOT_SUPPORTED: "{operation} does not cluster. Use saveAsTable, or leave clusterBy out.",
  _LEGACY_ERROR_TEMP_1324: "The column to pivot by has more than {maxValues} values. Give the wanted ones, or raise {conf}.",
  INVALID_LATERAL_JOIN_TYPE: "LATERAL goes with inner, cross and left outer joins, not with {joinType}.",
  AMBIGUOUS_LATERAL_COLUMN_ALIAS: "{name} is the alias of {n} columns to the left. Give them different names.",
  "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC":
    "{aggFunc} uses the alias {lca} of its own select list. Make the alias in a subquery.",
  "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_GROUP_BY":
    "GROUP BY uses an alias that stands on another alias of the select list. Make the first in a subquery.",
  "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_WINDOW":
    "{windowExpr} uses the alias {lca} of its own select list. Make the alias in a subquery.",
  _LEGACY_ERROR_TEMP_1031: "A window function cannot stand inside of an aggregate. Compute it in a subquery.",
  NAMED_PARAMETERS_NOT_SUPPORTED: "{functionName} takes its arguments by place, not by name.",
  UNSUPPORTED_DATA_SOURCE_SAVE_MODE: "{source} does not write in the mode {createMode}. Choose another mode.",
  INVALID_STORAGE_LEVEL:
    "There is no storage level {level}. There are MEMORY_AND_DISK, MEMORY_ONLY, DISK_ONLY and others of StorageLevel.",
  CONFLICTING_PARTITION_COLUMN_NAMES:
    "Folders name different columns to partition by: {distinctPartColLists}. Look at {suspiciousPaths}, or give the option basePath.",
  VECTOR_DIMENSION_MISMATCH: "{functionName}: the vectors have {leftDim} and {rightDim} numbers.",
  INVALID_URL: "{url} is not a URL. try_parse_url gives NULL instead.",
  CANNOT_DECODE_URL: "{url} cannot be decoded: % stands before two hexadecimal digits. try_url_decode gives NULL instead.",
  "INVALID_PARAMETER_VALUE.AES_KEY_LENGTH": "{functionName}: {parameter} has 16, 24 or 32 bytes, not {actualLength}.",
  "INVALID_PARAMETER_VALUE.AES_CRYPTO_ERROR": "{functionName}: {parameter} do not go together: {detailMessage}",
  ILLEGAL_DAY_OF_WEEK: "{string} is no day of the week. Write one as Mon or Monday.",
  COLUMN_NOT_FOUND: "There is no column {colName} in the table. Its case counts where {caseSensitiveConfig} is on.",
  TRUNCATE_EXTERNAL_TABLE:
    "{tableName} is external: its files are not its own. Delete them where they are, or make the table a managed one.",
  _LEGACY_ERROR_TEMP_1228: "DECIMAL({precision},{scale}): the scale must not be above the precision.",
  GROUPING_ID_COLUMN_MISMATCH:
    "grouping_id takes the columns of GROUP BY ({groupByColumns}) in their order, not ({groupingIdColumn}). Or give it none.",
  "INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES": "The parameters of a lambda need different names: {args}.",
  "UNSUPPORTED_FEATURE.TIME_TRAVEL": "{relationId} keeps no versions: leave VERSION AS OF and TIMESTAMP AS OF out.",
  NOT_SUPPORTED_CHANGE_COLUMN:
    "{originName} of {table} is {originType} and cannot become {newType} {newName}: files are as they are. Make a new table with a cast.",
  INVALID_BOOLEAN_STATEMENT: "{invalidStatement} must be a BOOLEAN, for it is a condition.",
  EXPRESSION_TYPE_IS_NOT_ORDERABLE: "{expr} is {exprType}, whose values have no order.",
  // Statements about tables
  INVALID_STATEMENT_OR_CLAUSE: "{operation} is no statement that there is.",
  "UNSUPPORTED_FEATURE.SET_TABLE_PROPERTY": "The property {property} is reserved: {msg}.",
  "UNSUPPORTED_FEATURE.SET_NAMESPACE_PROPERTY": "The property {property} is reserved: {msg}.",
  "UNSUPPORTED_FEATURE.ANALYZE_VIEW": "ANALYZE TABLE is for tables and cached views.",
  "UNSUPPORTED_FEATURE.MULTIPLE_BUCKET_TRANSFORMS": "A table has one clause of buckets. Name all columns in it.",
  UNSUPPORTED_PARTITION_TRANSFORM:
    "Tables are not partitioned by {transform}, only by columns, identity and bucket. Add a column for it.",
  SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED: "CLUSTER BY and CLUSTERED BY exclude each other.",
  SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED: "CLUSTER BY and PARTITIONED BY exclude each other.",
  "MISSING_CATALOG_ABILITY.PROCEDURES": "The catalog {plugin} has no procedures.",
  _LEGACY_ERROR_TEMP_0016: "{bytesStr} is no number of bytes. Write digits and B, K, M or G.",
  _LEGACY_ERROR_TEMP_1069: "CREATE EXTERNAL TABLE needs a LOCATION.",
  _LEGACY_ERROR_TEMP_1232:
    "The partition names {specKeys}; {tableName} is partitioned by {partitionColumnNames}. Give each a value.",
  _LEGACY_ERROR_TEMP_1251: "{action} is for partitioned tables; {tableName} is none.",
  _LEGACY_ERROR_TEMP_1256: "{functionName} is built in: there is nothing to refresh.",
  _LEGACY_ERROR_TEMP_1261: "LOAD DATA is for tables of Hive. Read the files and insert their rows into {tableIdentwithDB}.",
  _LEGACY_ERROR_TEMP_1267: "{tableIdentWithDB} has no partitions that could be truncated.",
  _LEGACY_ERROR_TEMP_1332: "{operation}: {tableName} can have no index.",
  _LEGACY_ERROR_TEMP_3060: "There is no column {name} among {schema}.",
};
