/** FROM: tables, views, files, rows of the program, VALUES; and aliases of them. */
import type { BoxedRow } from "../../columnar/vector";
import type { DataType, StructField, StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, attribute, coerced } from "../expressions/build";
import type { Attribute, Expression, Literal, NamedExpression } from "../expressions/expression";
import { isFoldable } from "../expressions/traverse";
import { asRead, CHAR_VARCHAR_KEY, lengthOf } from "../functions/char-types";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { metadataColumnOf, metadataType } from "../sources/files/constant-columns";
import type { Relation } from "../sources/relation";
import type { UnresolvedPlan } from "../syntax/plan";
import { commonType } from "../types/coercion";
import { sameType, sqlName } from "../types/text";
import { aliased } from "./alias";
import { bindContext } from "./bind-context";
import { bound, EMPTY_ENV } from "./binder";
import type { Binder, Bound, Env, Scope } from "./binder";
import { checkCast } from "./casts";
import { columnNamed, columnsOf } from "./columns";
import type { NamedRelation, ReadSpec } from "./context";
import { findCte } from "./cte-scope";
import { identifierParts } from "./identifiers";
import { exprText, idText, quoted, searchPath, tooManyParts } from "./messages";

export function noColumns(binder: Binder, env: Env): Scope {
  return { columns: columnsOf(binder), env, clause: "other" };
}

export function tableName(
  binder: Binder,
  name: readonly string[] | Extract<UnresolvedPlan, { kind: "table" }>["name"],
  env: Env,
): readonly string[] {
  if (!("kind" in name)) return name;
  return identifierParts(binder, name.kind === "identifier" ? name.expression : name, noColumns(binder, env));
}

export function bindTable(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "table" }>, env: Env): Bound {
  const name = tableName(binder, plan.name, env);
  const cte = name.length === 1 ? findCte(binder, env.ctes, name[0] as string) : null;
  if (cte !== null) return cte.reference(plan.at);
  const found = binder.context.relation(name, env.view);
  // No source keeps older versions of its rows.
  if (found !== null && plan.timeTravel !== undefined)
    throw new AnalysisError("UNSUPPORTED_FEATURE.TIME_TRAVEL", { relationId: idText(name) }, plan.at);
  if (found !== null) return named(binder, found, plan.at, env);
  if (name.length === 2 && binder.context.isFileFormat(name[0] as string)) {
    const [format, path] = name as readonly [string, string];
    return scan(binder, binder.context.read({ format: format.toLowerCase(), paths: [path], options: plan.options ?? {} }), []);
  }
  throw tableNotFound(binder, name, plan.at);
}

export function tableNotFound(
  binder: Pick<Binder, "context">,
  name: readonly string[],
  at: QueryContext | undefined,
): AnalysisError {
  const tooMany = tooManyParts(name, at);
  if (tooMany !== null) return tooMany;
  return new AnalysisError("TABLE_OR_VIEW_NOT_FOUND", { relationName: idText(name), searchPath: searchPath(binder) }, at);
}

function named(binder: Binder, found: NamedRelation, at: QueryContext | undefined, env: Env): Bound {
  if (found.kind === "table") return scan(binder, found.relation, found.name);
  return view(binder, found, at, env);
}

/** A relation's columns: CHAR and VARCHAR are strings to expressions. */
export function scan(binder: Binder, relation: Relation, name: readonly string[]): Bound {
  const output = relation.schema.fields.map((field) => fieldColumn(binder, field, []));
  const node: LogicalPlan = {
    kind: "scan",
    relation,
    output,
    columns: relation.schema.fields.map((field) => [field.name]),
    pushed: [],
    partitionFilters: [],
    limit: null,
    ...(relation.files !== null && { metadata: metadataColumn(binder, relation) }),
  };
  const read = charsRead(binder, relation, bound(node, output));
  return name.length === 0 ? read : aliased(read, name);
}

function metadataColumn(binder: Binder, relation: Relation): Attribute {
  // Rows of other formats have no numbers.
  const type = metadataType(relation.format === "parquet");
  return attribute(binder.nextId(), metadataColumnOf(relation.schema), type, false);
}

/** CHAR columns with blanks up to their length, whoever wrote them. */
function charsRead(binder: Binder, relation: Relation, scanned: Bound): Bound {
  const { fields } = relation.schema;
  const pads = binder.context.settings.conf["spark.sql.readSideCharPadding"] !== "false";
  if (!pads || fields.every(({ type }) => lengthOf(type)?.kind !== "char")) return scanned;
  const context = bindContext(binder, "read", undefined);
  const expressions = scanned.output.map((column, i): NamedExpression => {
    const { type, name } = fields[i]!;
    return lengthOf(type)?.kind === "char"
      ? alias(asRead(column, type, context), name, binder.nextId(), column.metadata)
      : column;
  });
  const plan: LogicalPlan = { kind: "project", child: scanned.plan, expressions };
  return bound(plan, outputOf(plan));
}

export function fieldColumn(binder: Binder, field: StructField, qualifier: readonly string[]): Attribute {
  const length = lengthOf(field.type);
  const metadata = length === null ? field.metadata : { ...field.metadata, [CHAR_VARCHAR_KEY]: `${length.kind}(${length.n})` };
  return attribute(binder.nextId(), field.name, plainStrings(field.type), field.nullable, qualifier, metadata);
}

function plainStrings(type: DataType): DataType {
  switch (type.kind) {
    case "string":
      return type.length === undefined
        ? type
        : { kind: "string", ...(type.collation !== undefined && { collation: type.collation }) };
    case "array":
      return { ...type, element: plainStrings(type.element) };
    case "map":
      return { ...type, key: plainStrings(type.key), value: plainStrings(type.value) };
    case "struct":
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: plainStrings(field.type) })) };
    default:
      return type;
  }
}

/** The view's own query, with the columns that its author was told. */
function view(binder: Binder, found: Extract<NamedRelation, { kind: "view" }>, at: QueryContext | undefined, _env: Env): Bound {
  const inner = binder.under(found.scope?.conf).plan(found.plan, { ...EMPTY_ENV, view: found.scope });
  const shaped = found.schema === null ? inner : { ...inner, ...viewColumns(binder, found, found.schema, inner, at) };
  return aliased({ ...shaped, block: null, planIds: new Map() }, found.name);
}

function viewColumns(
  binder: Binder,
  found: Extract<NamedRelation, { kind: "view" }>,
  schema: StructType,
  inner: Bound,
  at: QueryContext | undefined,
): Bound {
  const mode = found.schemaMode ?? "compensation";
  if (mode === "evolution" && !found.temporary) return evolved(binder, found, schema, inner);
  const sources = found.queryColumns ?? schema.fields.map((field) => field.name);
  const expressions = schema.fields.map((field, i): NamedExpression => {
    const same = columnNamed(binder, inner.output, sources[i] as string);
    const repeat = sources.slice(0, i).filter((name) => name.toLowerCase() === (sources[i] as string).toLowerCase()).length;
    const column = found.temporary ? inner.output[i] : same[repeat];
    if (
      column === undefined ||
      (!found.temporary &&
        same.length > sources.filter((one) => one.toLowerCase() === (sources[i] as string).toLowerCase()).length)
    ) {
      throw new AnalysisError(
        "INCOMPATIBLE_VIEW_SCHEMA_CHANGE",
        {
          viewName: idText(found.name),
          colName: quoted(sources[i] as string),
          expectedNum: String(1),
          actualCols: `[${same.map((one) => one.name).join(",")}]`,
          suggestion: `CREATE OR REPLACE VIEW ${found.name.join(".")} AS ${found.text ?? ""}`,
        },
        at,
      );
    }
    if (mode === "type evolution" || found.temporary) return alias(column, field.name, binder.nextId(), field.metadata);
    return alias(viewCast(binder, found, column, field, mode, at), field.name, binder.nextId(), field.metadata);
  });
  const plan: LogicalPlan = { kind: "project", child: inner.plan, expressions };
  const output = outputOf(plan);
  if (mode === "type evolution") {
    const fields = schema.fields.map((field, i): StructField => ({ ...field, type: (output[i] as Attribute).type }));
    keepEvolved(found, schema, fields, sources);
  }
  return bound(plan, output);
}

/** The columns that the query has now, with the comments that the view's own had. */
function evolved(binder: Binder, found: Extract<NamedRelation, { kind: "view" }>, schema: StructType, inner: Bound): Bound {
  const fields = inner.output.map((column): StructField => {
    const old = schema.fields.find((field) => field.name === column.name);
    const metadata = old === undefined ? column.metadata : old.metadata;
    return { name: column.name, type: column.type, nullable: column.nullable, ...(metadata && { metadata }) };
  });
  const names = fields.map((field) => field.name);
  const repeated = names.find((name, i) => names.findIndex((one) => one.toLowerCase() === name.toLowerCase()) < i);
  if (repeated !== undefined) throw new AnalysisError("COLUMN_ALREADY_EXISTS", { columnName: quoted(repeated.toLowerCase()) });
  keepEvolved(found, schema, fields, names);
  const expressions = inner.output.map((column, i) => alias(column, column.name, binder.nextId(), fields[i]?.metadata));
  const plan: LogicalPlan = { kind: "project", child: inner.plan, expressions };
  return bound(plan, outputOf(plan));
}

function keepEvolved(
  found: Extract<NamedRelation, { kind: "view" }>,
  schema: StructType,
  fields: readonly StructField[],
  queryColumns: readonly string[],
): void {
  const same =
    fields.length === schema.fields.length &&
    fields.every((field, i) => field.name === schema.fields[i]?.name && sameType(field.type, schema.fields[i].type));
  if (!same) found.evolve?.({ kind: "struct", fields }, queryColumns);
}

function viewCast(
  binder: Binder,
  found: Extract<NamedRelation, { kind: "view" }>,
  column: Attribute,
  field: StructField,
  mode: string,
  at: QueryContext | undefined,
): Expression {
  if (sameType(column.type, field.type)) return column;
  const up = commonType([column.type, field.type], binder.context.settings);
  if (mode !== "binding") checkCast({ ansi: false }, column, field.type, "ansi", at);
  else if (up === null || !sameType(up, field.type)) {
    throw new AnalysisError(
      "CANNOT_UP_CAST_DATATYPE",
      {
        expression: [...found.name, column.name].join("."),
        sourceType: `"${sqlName(column.type)}"`,
        targetType: `"${sqlName(field.type)}"`,
        details:
          "The type path of the target object is:\n\nYou can either add an explicit cast to the input data or choose a higher precision type of the field in the target object",
      },
      at,
    );
  }
  return coerced(column, field.type, bindContext(binder, "view", at));
}

export function bindRead(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "read" }>): Bound {
  const spec: ReadSpec = {
    format: plan.format,
    paths: plan.paths,
    options: plan.options,
    ...(plan.schema && { schema: plan.schema }),
  };
  return scan(binder, binder.context.read(spec), []);
}

export function oneRow(): LogicalPlan {
  return { kind: "localRelation", output: [], rows: [[]] };
}

export function bindLocal(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "local" }>): Bound {
  const output = plan.schema.fields.map((field) => fieldColumn(binder, field, []));
  return bound({ kind: "localRelation", output, rows: plan.rows }, output);
}

export function bindExternal(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "external" }>): Bound {
  const output = plan.schema.fields.map((field) => fieldColumn(binder, field, []));
  const source = binder.context.external(plan.source);
  return bound({ kind: "externalRelation", output, source: plan.source, life: plan.life, ...source }, output);
}

export function bindRange(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "range" }>): Bound {
  const output = [attribute(binder.nextId(), "id", { kind: "long" }, false)];
  return bound(
    {
      kind: "range",
      output,
      start: BigInt(plan.start),
      end: BigInt(plan.end),
      step: BigInt(plan.step),
      numPartitions: plan.numPartitions ?? null,
    },
    output,
  );
}

/** VALUES: constants, column by column of one type. */
export function bindInlineTable(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "inlineTable" }>, env: Env): Bound {
  const width = plan.names?.length ?? plan.rows[0]?.length ?? 0;
  const scope: Scope = { ...noColumns(binder, env), clause: "values" };
  const rows = plan.rows.map((row, rowIndex) => {
    const values = binder.list(row, scope).map((one) => (one.kind === "alias" ? one.child : one));
    if (values.length !== width) {
      throw new AnalysisError(
        "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
        { expectedNumCols: String(width), actualNumCols: String(values.length), rowIndex: String(rowIndex) },
        plan.at,
      );
    }
    for (const [i, value] of values.entries()) checkConstant(value, row[i]?.at ?? plan.at);
    return values;
  });
  const types = Array.from({ length: width }, (_, c) => {
    const all = rows.map((row) => (row[c] as Expression).type);
    const type = all.every((one) => sameType(one, all[0] as DataType)) ? (all[0] as DataType) : commonWithoutStrings(binder, all);
    if (type === null) {
      const colName = quoted(plan.names?.[c] ?? `col${c + 1}`);
      throw new AnalysisError("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", { colName }, plan.at);
    }
    return type;
  });
  const context = bindContext(binder, "values", plan.at);
  const literals = rows.map((row) =>
    row.map((value, c) => valueOf(binder, coerced(value, types[c] as DataType, context), plan.at)),
  );
  const output = types.map((type, c) => {
    const nullable = literals.some((row) => (row[c] as Literal).value === null);
    return attribute(binder.nextId(), plan.names?.[c] ?? `col${c + 1}`, type, nullable);
  });
  const boxed = literals.map((row): BoxedRow => row.map((one) => one.value));
  return bound({ kind: "localRelation", output, rows: boxed }, output);
}

/** Strings do not become numbers here, nor numbers strings; floats stay floats, as without ANSI. */
export function commonWithoutStrings(binder: Binder, types: readonly DataType[]): DataType | null {
  const known = types.filter((type) => type.kind !== "null");
  const strings = known.filter((type) => type.kind === "string");
  if (strings.some(({ collation }) => collation !== strings[0]?.collation)) return null;
  return strings.length > 0 && strings.length < known.length
    ? null
    : commonType(types, { ...binder.context.settings, ansi: false });
}

function checkConstant(value: Expression, at: QueryContext | undefined): void {
  if (isFoldable(value)) return;
  throw new AnalysisError("INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE", { expr: exprText(value) }, at);
}

function valueOf(binder: Binder, value: Expression, at: QueryContext | undefined): Literal {
  if (value.kind === "literal") return value;
  try {
    return binder.context.evaluate(value);
  } catch (cause) {
    throw new AnalysisError("INVALID_INLINE_TABLE.FAILED_SQL_EXPRESSION_EVALUATION", { sqlExpr: exprText(value) }, at, { cause });
  }
}
