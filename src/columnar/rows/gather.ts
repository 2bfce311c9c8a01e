/**
 * Takes records apart into columns: one generated function per shape, which also proves that every record has exactly
 * that shape, so that building records from the columns gives back what was there.
 */
import type { Shape } from "../chunk";
import { compile } from "../compile";
import { BATCH_ROWS } from "./format";
import { leavesOf, shapeKey } from "./shapes";

/** Strings of one column of a batch, all together; V8's longest string is about 2^29. */
const MAX_TEXT = 1 << 24;
const MAX_GATHERERS = 512;

export interface TextScratch {
  text: string;
  readonly lengths: Int32Array;
}

type Scratch = Float64Array | Uint8Array | unknown[] | TextScratch;

export interface Gatherer {
  readonly shape: Shape;
  readonly leaves: readonly Shape[];
  /** Space for one batch, by leaf. Values of "any" leaves and texts must be dropped after use (`clearScratch`). */
  readonly scratch: readonly Scratch[];
  readonly hasAny: boolean;
  /**
   * Fills `scratch` from rows[from …] and gives the number of records taken: `count`, or fewer (at least one) when text
   * grew large. Where a record has another shape: ~index of that record.
   */
  readonly gather: (rows: readonly unknown[], from: number, count: number, scratch: readonly Scratch[]) => number;
  /** Names every array and object of a record that became columns: "any" leaves must not refer to them. */
  readonly containers: (row: unknown, each: (container: object) => void) => void;
}

const gatherers = new Map<string, Gatherer>();
const byShape = new WeakMap<Shape, Gatherer>();

export function gathererOf(shape: Shape): Gatherer {
  let gatherer = byShape.get(shape);
  if (gatherer === undefined) {
    const key = shapeKey(shape);
    gatherer = gatherers.get(key);
    if (gatherer === undefined) {
      if (gatherers.size >= MAX_GATHERERS) gatherers.clear();
      gatherer = generate(shape);
      gatherers.set(key, gatherer);
    }
    byShape.set(shape, gatherer);
  }
  return gatherer;
}

export function clearScratch(gatherer: Gatherer): void {
  for (const scratch of gatherer.scratch) {
    if (Array.isArray(scratch)) scratch.fill(undefined);
    else if ("text" in scratch) scratch.text = "";
  }
}

function scratchFor(leaf: Shape): Scratch {
  switch (leaf.type) {
    case "number":
      return new Float64Array(BATCH_ROWS);
    case "boolean":
      return new Uint8Array(BATCH_ROWS);
    case "string":
      return { text: "", lengths: new Int32Array(BATCH_ROWS) };
    default:
      return new Array<unknown>(BATCH_ROWS).fill(undefined);
  }
}

function generate(shape: Shape): Gatherer {
  const leaves = leavesOf(shape);
  const { gather, containers, scope } = new GathererCode(shape).write(leaves);
  return {
    shape,
    leaves,
    scratch: leaves.map(scratchFor),
    hasAny: leaves.some((node) => node.type === "any"),
    gather: compile<Gatherer["gather"]>(gather, {
      isArray: Array.isArray,
      getPrototypeOf: Reflect.getPrototypeOf,
      hasOwn: Object.hasOwn,
      arrayPrototype: Array.prototype,
      objectPrototype: Object.prototype,
      ...scope,
    }),
    containers: compile<Gatherer["containers"]>(containers, {}),
  };
}

/**
 * The code of a gatherer: for each record first all checks, then the stores, so that a record of another shape leaves nothing
 * behind. Each member is read once, into a local.
 */
class GathererCode {
  readonly #checks: string[] = [];
  readonly #stores: string[] = [];
  /** Strings of a record: their leaf, and the local that holds them. */
  readonly #texts: { readonly leaf: number; readonly code: string }[] = [];
  /** Arrays and objects that become columns: the local that holds each, and its path from the record `r`. */
  readonly #containers: { readonly code: string; readonly path: string }[] = [];
  readonly #keyLists: (readonly string[])[] = [];
  #leaf = 0;
  #locals = 0;

  constructor(shape: Shape) {
    this.#visit(shape, "r", "r", null);
  }

  /** Sources of `gather` and `containers`, and the lists of keys that the former refers to. */
  write(leaves: readonly Shape[]): { gather: string; containers: string; scope: Readonly<Record<string, readonly string[]>> } {
    return {
      gather: this.#gather(leaves),
      containers: `return (r, each) => { ${this.#containers.map(({ path }) => `each(${path});`).join(" ")} };`,
      scope: Object.fromEntries(this.#keyLists.map((list, index) => [`keys${index}`, list])),
    };
  }

  /** `inTuple`: the array and index, as arguments of hasOwn, of a value that may be a hole. */
  #visit(node: Shape, code: string, path: string, inTuple: string | null): void {
    switch (node.type) {
      case "number":
        this.#typed("number", code);
        this.#stores.push(`c${this.#leaf++}[i] = ${code};`);
        return;
      case "boolean":
        this.#typed("boolean", code);
        this.#stores.push(`c${this.#leaf++}[i] = ${code} ? 1 : 0;`);
        return;
      case "string": {
        const leaf = this.#leaf++;
        this.#typed("string", code);
        this.#stores.push(`t${leaf} += ${code}; c${leaf}[i] = ${code}.length;`);
        this.#texts.push({ leaf, code });
        return;
      }
      case "any":
        if (inTuple !== null) this.#checks.push(`if (${code} === undefined && !hasOwn(${inTuple})) return ~i;`);
        this.#stores.push(`c${this.#leaf++}[i] = ${code};`);
        return;
      case "tuple":
        this.#tuple(node, code, path);
        return;
      case "record":
        this.#record(node, code, path);
    }
  }

  #typed(type: string, code: string): void {
    this.#checks.push(`if (typeof ${code} !== "${type}") return ~i;`);
  }

  #tuple(node: Shape & { readonly type: "tuple" }, code: string, path: string): void {
    this.#checks.push(
      `if (!isArray(${code}) || ${code}.length !== ${node.items.length} || getPrototypeOf(${code}) !== arrayPrototype || ${code}.index !== undefined) return ~i;`,
    );
    this.#containers.push({ code, path });
    node.items.forEach((item, index) =>
      this.#visit(item, this.#local(`${code}[${index}]`), `${path}[${index}]`, `${code}, ${index}`),
    );
  }

  #record(node: Shape & { readonly type: "record" }, code: string, path: string): void {
    const keys = `keys${this.#keyLists.push(node.keys) - 1}`;
    this.#checks.push(
      `if (${code} === null || typeof ${code} !== "object" || getPrototypeOf(${code}) !== objectPrototype) return ~i;`,
      `k = 0; for (const key in ${code}) if (key !== ${keys}[k++]) return ~i; if (k !== ${node.keys.length}) return ~i;`,
    );
    this.#containers.push({ code, path });
    node.keys.forEach((key, index) => {
      const member = `[${JSON.stringify(key)}]`;
      this.#visit(node.fields[index]!, this.#local(`${code}${member}`), `${path}${member}`, null);
    });
  }

  /** A local that holds the value of `code`. */
  #local(code: string): string {
    const local = `v${this.#locals++}`;
    this.#checks.push(`const ${local} = ${code};`);
    return local;
  }

  #gather(leaves: readonly Shape[]): string {
    const columns = leaves.map((node, index) =>
      node.type === "string"
        ? `const c${index} = scratch[${index}].lengths; let t${index} = "";`
        : `const c${index} = scratch[${index}];`,
    );
    // One array in two places must come back as one array: such records are left to the general format.
    const sameTwice = this.#containers.flatMap(({ code }, index) =>
      this.#containers.slice(index + 1).map((other) => `${code} === ${other.code}`),
    );
    const tooLong = this.#texts.map(({ leaf, code }) => `t${leaf}.length + ${code}.length > ${MAX_TEXT}`);
    return `return function gather(rows, from, count, scratch) {
  ${columns.join("\n  ")}
  let i = 0, k = 0;
  for (; i < count; i++) {
    const r = rows[from + i];
    ${this.#checks.join("\n    ")}
    ${sameTwice.length > 0 ? `if (${sameTwice.join(" || ")}) return ~i;` : ""}
    ${tooLong.length > 0 ? `if (i > 0 && (${tooLong.join(" || ")})) break;` : ""}
    ${this.#stores.join("\n    ")}
  }
  ${this.#texts.map(({ leaf }) => `scratch[${leaf}].text = t${leaf};`).join("\n  ")}
  return i;
};`;
  }
}
