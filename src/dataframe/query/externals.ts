/** Relations that a session keeps under numbers: RDDs, rows of the program that are not in the plan, cached results. */
import { InternalError } from "../../common/errors";
import type { DatasetNode } from "../../rdd/nodes/node";

export interface External {
  /** "rdd": records are rows of the program. Otherwise records are encoded batches. */
  readonly what: "arrow" | "rdd" | "cached";
  readonly node: DatasetNode;
  readonly sizeInBytes: number | null;
  readonly rowCount: number | null;
}

export class Externals {
  readonly #known = new Map<number, External>();
  #last = 0;

  add(external: External): number {
    this.#known.set(++this.#last, external);
    return this.#last;
  }

  remove(source: number): void {
    this.#known.delete(source);
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
