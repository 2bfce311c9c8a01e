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
  const checks: string[] = [];
  const stores: string[] = [];
  const texts: number[] = [];
  const containers: string[] = [];
  const containerPaths: string[] = [];
  const keyLists: (readonly string[])[] = [];
  let leaf = 0;
  let names = 0;

  const visit = (node: Shape, code: string, path: string, inTuple: string | null): void => {
    switch (node.type) {
      case "number":
        checks.push(`if (typeof ${code} !== "number") return ~i;`);
        stores.push(`c${leaf}[i] = ${code};`);
        leaf++;
        return;
      case "boolean":
        checks.push(`if (typeof ${code} !== "boolean") return ~i;`);
        stores.push(`c${leaf}[i] = ${code} ? 1 : 0;`);
        leaf++;
        return;
      case "string":
        checks.push(`if (typeof ${code} !== "string") return ~i;`);
        stores.push(`t${leaf} += ${code}; c${leaf}[i] = ${code}.length;`);
        texts.push(leaf);
        textCodes.push(code);
        leaf++;
        return;
      case "any":
        if (inTuple !== null) checks.push(`if (${code} === undefined && !hasOwn(${inTuple})) return ~i;`);
        stores.push(`c${leaf}[i] = ${code};`);
        leaf++;
        return;
      case "tuple":
        checks.push(
          `if (!isArray(${code}) || ${code}.length !== ${node.items.length} || getPrototypeOf(${code}) !== arrayPrototype || ${code}.index !== undefined) return ~i;`,
        );
        containers.push(code);
        containerPaths.push(path);
        node.items.forEach((item, index) => {
          const local = `v${names++}`;
          checks.push(`const ${local} = ${code}[${index}];`);
          visit(item, local, `${path}[${index}]`, `${code}, ${index}`);
        });
        return;
      case "record": {
        const list = keyLists.push(node.keys) - 1;
        checks.push(
          `if (${code} === null || typeof ${code} !== "object" || getPrototypeOf(${code}) !== objectPrototype) return ~i;`,
        );
        checks.push(
          `k = 0; for (const key in ${code}) if (key !== keys${list}[k++]) return ~i; if (k !== ${node.keys.length}) return ~i;`,
        );
        containers.push(code);
        containerPaths.push(path);
        node.keys.forEach((key, index) => {
          const local = `v${names++}`;
          const member = `[${JSON.stringify(key)}]`;
          checks.push(`const ${local} = ${code}${member};`);
          visit(node.fields[index]!, local, `${path}${member}`, null);
        });
      }
    }
  };
  const textCodes: string[] = [];
  visit(shape, "r", "r", null);

  // One array in two places must come back as one array: such records are left to the general format.
  const sameTwice = containers.flatMap((left, index) => containers.slice(index + 1).map((right) => `${left} === ${right}`));
  const tooLong = textCodes.map((code, index) => `t${texts[index]}.length + ${code}.length > ${MAX_TEXT}`);
  const source = `return function gather(rows, from, count, scratch) {
  ${leaves.map((node, index) => (node.type === "string" ? `const c${index} = scratch[${index}].lengths; let t${index} = "";` : `const c${index} = scratch[${index}];`)).join("\n  ")}
  let i = 0, k = 0;
  for (; i < count; i++) {
    const r = rows[from + i];
    ${checks.join("\n    ")}
    ${sameTwice.length > 0 ? `if (${sameTwice.join(" || ")}) return ~i;` : ""}
    ${tooLong.length > 0 ? `if (i > 0 && (${tooLong.join(" || ")})) break;` : ""}
    ${stores.join("\n    ")}
  }
  ${texts.map((index) => `scratch[${index}].text = t${index};`).join("\n  ")}
  return i;
};`;
  const keyScope = Object.fromEntries(keyLists.map((list, index) => [`keys${index}`, list]));
  return {
    shape,
    leaves,
    scratch: leaves.map(scratchFor),
    hasAny: leaves.some((node) => node.type === "any"),
    gather: compile<Gatherer["gather"]>(source, {
      isArray: Array.isArray,
      getPrototypeOf: Reflect.getPrototypeOf,
      hasOwn: Object.hasOwn,
      arrayPrototype: Array.prototype,
      objectPrototype: Object.prototype,
      ...keyScope,
    }),
    containers: compile<Gatherer["containers"]>(
      `return (r, each) => { ${containerPaths.map((path) => `each(${path});`).join(" ")} };`,
      {},
    ),
  };
}
