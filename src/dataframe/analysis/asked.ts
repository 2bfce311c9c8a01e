/**
 * Records what an analysis asks of the session. While the session gives the same answers, the result holds for the same syntax and can
 * be used again. An analysis that asks for more than names and files (functions and variables of the session, data of the program,
 * values of a pivot, the time of the query) is not used again.
 */
import { isDeepStrictEqual } from "node:util";
import { foldExpression } from "../expressions/fold";
import type { FileEntry, Relation } from "../sources/relation";
import { sameSettings, type SqlSettings } from "../settings";
import type { AnalysisContext, NamedRelation, ReadSpec, ViewScope } from "./context";

/** Lists of more files are not compared. */
const MOST_FILES = 1024;

type Answer =
  | { readonly name: readonly string[]; readonly inside: ViewScope | null; readonly relation: NamedRelation | null }
  | { readonly spec: ReadSpec; readonly relation: Relation }
  | { readonly format: string; readonly isOne: boolean };

export class Asked {
  /** For the analysis. */
  readonly context: AnalysisContext;
  readonly #settings: SqlSettings;
  readonly #answers: Answer[] = [];
  #lasts: boolean;

  constructor(private readonly session: AnalysisContext) {
    this.#settings = session.settings;
    this.#lasts = session.parameters === undefined;
    const settings = this.watched(session.settings);
    this.context = {
      ...session,
      settings,
      evaluate: (expression) => foldExpression(expression, settings),
      relation: (name, inside) => {
        const relation = session.relation(name, inside);
        this.#answers.push({ name, inside, relation });
        return relation;
      },
      read: (spec) => {
        const relation = session.read(spec);
        this.#answers.push({ spec, relation });
        return relation;
      },
      isFileFormat: (name) => {
        const isOne = session.isFileFormat(name);
        this.#answers.push({ format: name, isOne });
        return isOne;
      },
      external: (source) => this.#once().external(source),
      routine: (name, inside) => this.#once().routine(name, inside),
      variable: (name) => this.#once().variable(name),
      pivotValues: (plan) => this.#once().pivotValues?.(plan) ?? [],
    };
  }

  /** Whether all that was asked so far can be asked again. */
  get lasts(): boolean {
    return this.#lasts;
  }

  /** The settings; what looks at the time of the query does not last. */
  watched(settings: SqlSettings): SqlSettings {
    const tell = (): number => {
      this.#lasts = false;
      return settings.now;
    };
    return Object.defineProperty({ ...settings }, "now", { get: tell, enumerable: true });
  }

  /** Whether these are the settings of the analysis; the time of the query may be another. */
  wasUnder(settings: SqlSettings): boolean {
    return sameSettings(this.#settings, settings);
  }

  /** Whether the session, at another time, gives the same answers. */
  isAnsweredBy(context: AnalysisContext): boolean {
    return (
      this.#lasts &&
      context.parameters === undefined &&
      this.wasUnder(context.settings) &&
      // In the order in which they were asked: what a view reads is known where the view is the same.
      this.#answers.every((answer) => this.#isSame(answer, context))
    );
  }

  /** For what is not compared. */
  #once(): AnalysisContext {
    this.#lasts = false;
    return this.session;
  }

  #isSame(answer: Answer, context: AnalysisContext): boolean {
    if ("format" in answer) return answer.isOne === context.isFileFormat(answer.format);
    if ("spec" in answer) return sameRelation(answer.relation, context.read(answer.spec));
    return sameNamed(answer.relation, context.relation(answer.name, answer.inside));
  }
}

/** Views of the catalog are read from their texts each time: they are never the same. */
function sameNamed(a: NamedRelation | null, b: NamedRelation | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === "table") return b.kind === "table" && isDeepStrictEqual(a.name, b.name) && sameRelation(a.relation, b.relation);
  return (
    b.kind === "view" &&
    a.temporary &&
    b.temporary &&
    a.plan === b.plan &&
    a.schema === b.schema &&
    a.scope === b.scope &&
    isDeepStrictEqual(a.name, b.name)
  );
}

/** Files tell their statistics and, where it was not given, their schema. */
function sameRelation(a: Relation, b: Relation): boolean {
  if (a === b) return true;
  if (a.files === null || b.files === null || a.handle !== undefined || b.handle !== undefined) return false;
  return (
    a.format === b.format &&
    a.name === b.name &&
    sameFiles(a.files.files, b.files.files) &&
    isDeepStrictEqual(a.files.roots, b.files.roots) &&
    isDeepStrictEqual(a.schema, b.schema) &&
    isDeepStrictEqual(a.partitionColumns, b.partitionColumns) &&
    isDeepStrictEqual(a.options, b.options) &&
    isDeepStrictEqual(a.buckets, b.buckets)
  );
}

function sameFiles(a: readonly FileEntry[], b: readonly FileEntry[]): boolean {
  return (
    a.length === b.length &&
    a.length <= MOST_FILES &&
    a.every((file, i) => {
      const other = b[i]!;
      const same = file.path === other.path && file.length === other.length && file.modified === other.modified;
      return (
        same && (file.partition.length === 0 ? other.partition.length === 0 : isDeepStrictEqual(file.partition, other.partition))
      );
    })
  );
}
