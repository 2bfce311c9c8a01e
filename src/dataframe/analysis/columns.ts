/**
 * Columns by name: `c`, `t.c`, `db.t.c`, `catalog.db.t.c`, each with fields of structs behind it. The longest qualifier that fits wins;
 * visible columns win over hidden ones.
 */
import { AnalysisError } from "../errors";
import type { Attribute, Expression } from "../expressions/expression";
import { attributesOf } from "../expressions/traverse";
import { metadataOf } from "../logical/metadata-columns";
import type { Binder, Bound, Columns, NameUse, PlanColumns, PlanIds } from "./binder";
import { fieldOf } from "./fields";
import { ambiguousReference, idText, quoted } from "./messages";

export function columnsOf(binder: Binder, ...inputs: readonly Bound[]): Columns {
  return new InputColumns(
    binder,
    inputs.flatMap((input) => input.output),
    inputs.flatMap((input) => input.hidden),
    mergePlanIds(inputs.map((input) => input.planIds)),
    () => inputs.flatMap((input) => metadataOf(input.plan)),
  );
}

export function attributeColumns(binder: Binder, attributes: readonly Attribute[]): Columns {
  return new InputColumns(binder, attributes, [], new Map(), () => []);
}

/** A DataFrame that is in both inputs of a join is there twice: `df.col` is ambiguous where both are visible and equally near. */
export function mergePlanIds(all: readonly PlanIds[]): PlanIds {
  if (all.length === 1) return all[0] as PlanIds;
  const merged = new Map<number, readonly PlanColumns[]>();
  for (const planIds of all) {
    for (const [id, places] of planIds) merged.set(id, [...(merged.get(id) ?? []), ...places]);
  }
  return merged;
}

/** With other columns in their place. */
export function withColumnsOf(planIds: PlanIds, replaced: (column: Attribute) => Attribute): PlanIds {
  const places = (all: readonly PlanColumns[]): readonly PlanColumns[] =>
    all.map(({ columns, depth }) => ({ columns: columns.map(replaced), depth }));
  return new Map([...planIds].map(([id, all]) => [id, places(all)]));
}

class InputColumns implements Columns {
  #index: Map<string, Attribute[]> | null = null;
  #hiddenIndex: Map<string, Attribute[]> | null = null;

  constructor(
    private readonly binder: Binder,
    readonly all: readonly Attribute[],
    readonly hidden: readonly Attribute[],
    readonly planIds: PlanIds,
    private readonly metadata: () => readonly Attribute[],
  ) {}

  get candidates(): readonly Attribute[] {
    return this.all;
  }

  find(parts: readonly string[], use: NameUse): Expression | null {
    if (use.planId !== undefined) return this.#findOfPlan(parts, use.planId, use);
    this.#index ??= indexByName(this.all, this.#fold);
    return this.#match(parts, this.#index, use) ?? this.#findHidden(parts, use) ?? this.#findMetadata(parts, use);
  }

  #findHidden(parts: readonly string[], use: NameUse): Expression | null {
    if (this.hidden.length === 0) return null;
    this.#hiddenIndex ??= indexByName(this.hidden, this.#fold);
    return this.#match(parts, this.#hiddenIndex, use);
  }

  #findMetadata(parts: readonly string[], use: NameUse): Expression | null {
    if (!parts.some((part) => METADATA_NAME.test(part))) return null;
    const found = this.#match(parts, indexByName(this.metadata(), this.#fold), use);
    return found === null ? null : this.#noted(found);
  }

  /** The columns are not in the plan yet: the binder puts them there in the end. */
  #noted(expression: Expression): Expression {
    for (const { id } of attributesOf(expression)) this.binder.metadataNamed.add(id);
    return expression;
  }

  readonly #fold = (name: string): string => (this.binder.context.settings.caseSensitive ? name : name.toLowerCase());

  #match(parts: readonly string[], index: ReadonlyMap<string, Attribute[]>, use: NameUse): Expression | null {
    const fold = this.#fold;
    for (let qualifiers = Math.min(3, parts.length - 1); qualifiers >= 0; qualifiers--) {
      const named = index.get(fold(parts[qualifiers] as string));
      if (named === undefined) continue;
      const found = named.filter((attribute) => {
        const qualifier = attribute.qualifier;
        if (qualifiers > qualifier.length) return false;
        for (let i = 1; i <= qualifiers; i++) {
          if (fold(qualifier[qualifier.length - i] as string) !== fold(parts[qualifiers - i] as string)) return false;
        }
        return true;
      });
      const distinct = uniqueById(found);
      if (distinct.length > 1) throw ambiguousReference(parts, distinct, use.at);
      const one = distinct[0];
      if (one !== undefined)
        return fieldOf(this.binder, asWritten(one, parts[qualifiers] as string), parts.slice(qualifiers + 1), use.at);
    }
    return null;
  }

  /** `df.col`: a column of that DataFrame which this input still has, where it is nearest to this input. */
  #findOfPlan(parts: readonly string[], planId: number, use: NameUse): Expression | null {
    const ofPlan = this.planIds.get(planId);
    if (ofPlan === undefined) return null;
    const metadata = parts.some((part) => METADATA_NAME.test(part)) ? this.metadata() : [];
    const present = new Map([...metadata, ...this.all, ...this.hidden].map((attribute) => [attribute.id, attribute]));
    const fold = this.#fold;
    for (let qualifiers = Math.min(3, parts.length - 1); qualifiers >= 0; qualifiers--) {
      const found = uniqueById(
        ofPlan
          .flatMap(({ columns }) => columns)
          .filter(
            (attribute) =>
              (use.metadata === true
                ? metadata.some(({ id }) => id === attribute.id) && isMetadataName(attribute.name, parts[qualifiers] as string)
                : fold(attribute.name) === fold(parts[qualifiers] as string)) &&
              parts.slice(0, qualifiers).every((part, i) => {
                const own = attribute.qualifier[attribute.qualifier.length - qualifiers + i];
                return own !== undefined && fold(own) === fold(part);
              }),
          ),
      );
      if (found.length === 0) continue;
      const here = nearest(
        found.filter((attribute) => present.has(attribute.id)),
        ofPlan,
      );
      if (here.length === 0) return null;
      if (here.length > 1) {
        throw new AnalysisError("AMBIGUOUS_COLUMN_REFERENCE", { name: idText(parts) }, use.at);
      }
      const one = here[0] as Attribute;
      const known = present.get(one.id) ?? one;
      const column = use.metadata === true ? known : asWritten(known, parts[qualifiers] as string);
      const value = fieldOf(this.binder, column, parts.slice(qualifiers + 1), use.at);
      return metadata.some(({ id }) => id === one.id) ? this.#noted(value) : value;
    }
    return null;
  }
}

/** Those of the DataFrame's place with the least depth: `a.join(a.withColumn(…), …)` has `a` itself on its left. */
function nearest(found: readonly Attribute[], places: readonly PlanColumns[]): readonly Attribute[] {
  if (found.length < 2) return found;
  const depthOf = ({ id }: Attribute): number =>
    Math.min(...places.filter(({ columns }) => columns.some((column) => column.id === id)).map(({ depth }) => depth));
  const least = Math.min(...found.map(depthOf));
  return found.filter((attribute) => depthOf(attribute) === least);
}

const METADATA_NAME = /^_+metadata$/i;

/** It has more underscores where the files have a column of its name. */
function isMetadataName(own: string, asked: string): boolean {
  return own.replace(/^_+/, "_") === asked.toLowerCase();
}

/** A column is called what the query calls it: `SELECT ID FROM range(1)` gives ID. */
function asWritten(column: Attribute, name: string): Attribute {
  return column.name === name ? column : { ...column, name };
}

function indexByName(attributes: readonly Attribute[], fold: (name: string) => string): Map<string, Attribute[]> {
  const index = new Map<string, Attribute[]>();
  for (const attribute of attributes) {
    const name = fold(attribute.name);
    const same = index.get(name);
    if (same === undefined) index.set(name, [attribute]);
    else same.push(attribute);
  }
  return index;
}

function uniqueById(attributes: readonly Attribute[]): readonly Attribute[] {
  if (attributes.length < 2) return attributes;
  const seen = new Map<number, Attribute>();
  for (const attribute of attributes) if (!seen.has(attribute.id)) seen.set(attribute.id, attribute);
  return [...seen.values()];
}

/** The attribute with this top-level name, as drop, withColumn and USING look for them; no fields, no qualifiers. */
export function columnNamed(binder: Binder, columns: readonly Attribute[], name: string): readonly Attribute[] {
  const fold = (text: string): string => (binder.context.settings.caseSensitive ? text : text.toLowerCase());
  return columns.filter((column) => fold(column.name) === fold(name));
}

export function sameName(binder: Binder, a: string, b: string): boolean {
  return binder.context.settings.caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase();
}

/** Throws where a name occurs twice: AnalysisError of class `errorClass` with the name in `columnName`. */
export function refuseDuplicates(binder: Binder, names: readonly string[], errorClass = "COLUMN_ALREADY_EXISTS"): void {
  const seen = new Set<string>();
  for (const name of names) {
    const key = binder.context.settings.caseSensitive ? name : name.toLowerCase();
    if (seen.has(key)) throw new AnalysisError(errorClass, { columnName: quoted(key) });
    seen.add(key);
  }
}
