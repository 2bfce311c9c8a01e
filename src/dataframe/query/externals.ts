/**
 * Relations that a session keeps under numbers: RDDs, rows of the program that are not in the plan, cached results. Plans carry the number and
 * the relation's life, an object that says nothing: when no plan has it any more, the relation is forgotten.
 */
import { InternalError } from "../../common/errors";
import type { DatasetNode } from "../../rdd/nodes/node";

export interface External {
  /** "rdd": records are rows of the program. Otherwise records are encoded batches. */
  readonly what: "arrow" | "rdd" | "cached";
  readonly node: DatasetNode;
  /** Handles of datasets that must not be freed while a plan reads the relation: those that the program kept, and may have let go of. */
  readonly holds?: readonly object[];
  readonly sizeInBytes: number | null;
  readonly rowCount: number | null;
}

/** Not a plain object: those of a plan are copied and compared by their values. */
class Life {}

/** Held by every plan that reads the relation. */
export type RelationLife = object;

export class Externals {
  readonly #known = new Map<number, External>();
  #last = 0;
  readonly #lives = new FinalizationRegistry<number>((source) => this.#known.delete(source));

  /** For plans that have both, the number and the life. */
  add(external: External): { readonly source: number; readonly life: RelationLife } {
    const source = ++this.#last;
    this.#known.set(source, external);
    const life = new Life();
    this.#lives.register(life, source);
    return { source, life };
  }

  get(source: number): External {
    const external = this.#known.get(source);
    if (external === undefined) throw new InternalError(`The session does not know relation ${source}.`);
    return external;
  }

  node(source: number): DatasetNode {
    return this.get(source).node;
  }

  /** Of a dataset that was prepared. */
  numPartitions(source: number): number {
    return this.get(source).node.numPartitions;
  }
}
