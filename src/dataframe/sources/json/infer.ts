/** Schemas of JSON files: what the records are, split by split. */
import type { DataType, StructField, StructType } from "../../../columnar/types";
import { decodeUtf8 } from "../../../filesystem/utf8";
import { compatible, type JsonFound, JsonInference } from "../../json/infer";
import { type JsonOptions, jsonOptions } from "../../json/options";
import type { DriverContext, LoadRequest } from "../data-source";
import { LineWindows } from "../files/line-windows";
import type { FileSplit } from "../files/packing";
import { chosenBelow, sampler, seedOf } from "../files/sampling";
import { type Look, survey, type SurveyEnv } from "../files/survey";
import { openLines, readText, type TextOptions } from "../files/text-files";
import type { FileEntry } from "../relation";
import { type Heap, heap, Region } from "../wasm/heap";

export function textOptionsOf(options: JsonOptions): TextOptions {
  return { lineSep: options.lineSep, encoding: options.encoding, whole: options.multiLine };
}

export async function inferJson(
  files: readonly FileEntry[],
  request: LoadRequest,
  driver: DriverContext,
): Promise<StructType | null> {
  const options = jsonOptions(request.options, driver.settings);
  if (options.singleVariantColumn !== undefined)
    return { kind: "struct", fields: [{ name: options.singleVariantColumn, type: { kind: "variant" }, nullable: true }] };
  if (files.length === 0) return null;
  const inference = new JsonInference(options, driver.settings);
  for (const found of await survey("json", files, request, null, lookAtJson, driver)) inference.merge(found);
  return inference.schema();
}

/** What the records of a split are. */
export const lookAtJson: Look<null, JsonFound> = (split, _spec, env) => {
  const options = jsonOptions(env.options, env.settings);
  const inference = new JsonInference(options, env.settings);
  const look = options.multiLine ? lookAtWhole : isSimple(options) ? lookAtKinds : lookAtLines;
  const bytesRead = look(split, options, inference, env);
  return { found: inference.found, bytesRead };
};

/** A way of looking; gives the bytes that were read. */
type Way = (split: FileSplit, options: JsonOptions, inference: JsonInference, env: SurveyEnv) => number;

const lookAtWhole: Way = (split, options, inference, { storage }) => {
  if (!sampler(options.samplingRatio, seedOf(split))()) return 0;
  const { text, bytesRead } = readText(split, options.encoding, storage);
  inference.add(text);
  return bytesRead;
};

export const lookAtLines: Way = (split, options, inference, { storage, checkInterrupted }) => {
  const lines = openLines(split, textOptionsOf(options), storage);
  const chosen = sampler(options.samplingRatio, seedOf(split));
  try {
    for (let run = lines.next(); run !== null; run = lines.next()) {
      checkInterrupted();
      for (const line of run) if (line !== "" && chosen()) inference.add(line);
    }
    return lines.bytesRead;
  } finally {
    lines.close();
  }
};

/** Whether the kernel sees by the characters of every plain value what its type is. */
function isSimple(options: JsonOptions): boolean {
  return (
    (options.encoding === undefined || /^utf-?8$/i.test(options.encoding)) &&
    (options.lineSep === undefined || options.lineSep === "\n") &&
    !options.inferTimestamp &&
    (!options.prefersDecimal || options.primitivesAsString)
  );
}

/** A kernel notes what values there are under which names, and leaves lines that are not plain JSON. */
const lookAtKinds: Way = (split, options, inference, { storage, checkInterrupted }) => {
  const windows = new LineWindows(split, heap(), storage);
  const kinds = new Kinds(options, seedOf(split));
  try {
    while (windows.more()) {
      checkInterrupted();
      windows.use(kinds.look(windows.begin, windows.end, (line) => inference.add(line)));
    }
    inference.merge({ common: kinds.type(), corrupt: false });
    return windows.bytesRead;
  } finally {
    kinds.free();
    windows.close();
  }
};

/** Names, with those that they are in; bytes of names; values that a line may be the first to have. */
const MOST_NODES = 1 << 16;
const NAME_BYTES = 1 << 21;
const MOST_ADDED = 1 << 14;
const MOST_ODD = 1024;
const STATE_BYTES = 52;
const NODE_BYTES = 32;

/** Bits of json-kinds.assembly.ts. */
const SEEN = 1;
const TEXT = 2;
const BOOLEAN = 4;
const WHOLE = 8;
const FLOATING = 16;
const OBJECT = 32;
const ARRAY = 64;

const STRING: DataType = { kind: "string" };

class Kinds {
  readonly #heap: Heap = heap();
  readonly #state = new Region(this.#heap);
  readonly #heads = new Region(this.#heap);
  readonly #nodes = new Region(this.#heap);
  readonly #names = new Region(this.#heap);
  readonly #added = new Region(this.#heap);
  readonly #odd = new Region(this.#heap);

  constructor(
    private readonly options: JsonOptions,
    seed: number,
  ) {
    const heads = this.#heads.need(8 * MOST_NODES);
    const nodes = this.#nodes.need(NODE_BYTES * MOST_NODES);
    const names = this.#names.need(NAME_BYTES);
    const added = this.#added.need(8 * MOST_ADDED);
    this.#odd.need(8 * MOST_ODD);
    const state = this.#state.need(STATE_BYTES);
    const { bytes } = this.#heap;
    bytes.fill(0, heads, heads + 8 * MOST_NODES);
    bytes.fill(0, nodes, nodes + NODE_BYTES);
    const words = [heads, 2 * MOST_NODES - 1, nodes, MOST_NODES, 1, names, names + NAME_BYTES - 64];
    words.push(added, added + 8 * MOST_ADDED, seed, chosenBelow(options.samplingRatio), 0, 0);
    words.forEach((word, i) => bytes.writeUInt32LE(word, state + 4 * i));
  }

  /** Looks through lines from `src` to `end`; gives the address behind the last one. */
  look(src: number, end: number, odd: (line: string) => void): number {
    const state = this.#state.address;
    const at = this.#odd.address;
    const { bytes, kernels } = this.#heap;
    const count = kernels.jsonKinds(src, end, state, at, MOST_ODD);
    for (let i = 0; i < count; i++) {
      const [from, to] = [bytes.readInt32LE(at + 8 * i), bytes.readInt32LE(at + 8 * i + 4)];
      odd(decodeUtf8(bytes.subarray(src + from, src + to)));
    }
    return bytes.readUInt32LE(state + 44);
  }

  /** What the lines are that the kernel has seen; null where there was none. */
  type(): DataType {
    const { bytes } = this.#heap;
    const first = bytes.readUInt32LE(this.#state.address + 8);
    const count = bytes.readUInt32LE(this.#state.address + 16);
    const children = new Map<number, number[]>();
    for (let node = first + NODE_BYTES; node < first + NODE_BYTES * count; node += NODE_BYTES) {
      if (bytes.readUInt32LE(node + 4) === 0 || bytes.readUInt32LE(node + 24) === 0) continue;
      const parent = bytes.readUInt32LE(node + 8);
      const others = children.get(parent);
      if (others === undefined) children.set(parent, [node]);
      else others.push(node);
    }
    return this.#typeOf(first, children);
  }

  #typeOf(node: number, children: ReadonlyMap<number, readonly number[]>): DataType {
    const { bytes } = this.#heap;
    let kinds = bytes.readUInt32LE(node + 24) & ~SEEN;
    if (this.options.primitivesAsString && (kinds & (BOOLEAN | WHOLE | FLOATING)) !== 0)
      kinds = (kinds & ~(BOOLEAN | WHOLE | FLOATING)) | TEXT;
    switch (kinds) {
      case 0:
        return { kind: "null" };
      case BOOLEAN:
        return { kind: "boolean" };
      case WHOLE:
        return { kind: "long" };
      case FLOATING:
      case WHOLE | FLOATING:
        return { kind: "double" };
      case OBJECT:
        return this.#structOf(children.get(node) ?? [], children);
      case ARRAY: {
        const element = bytes.readUInt32LE(node + 20);
        return { kind: "array", element: element === 0 ? { kind: "null" } : this.#typeOf(element, children), containsNull: true };
      }
      default:
        return STRING;
    }
  }

  #structOf(nodes: readonly number[], children: ReadonlyMap<number, readonly number[]>): StructType {
    const { bytes } = this.#heap;
    const fields = new Map<string, StructField>();
    for (const node of nodes) {
      const at = bytes.readUInt32LE(node);
      const name = decodeUtf8(bytes.subarray(at + 1, at + bytes.readInt32LE(node + 4) - 1));
      const type = this.#typeOf(node, children);
      const other = fields.get(name);
      // Names that are no UTF-8 may become the same.
      fields.set(name, { name, type: other === undefined ? type : compatible(other.type, type), nullable: true });
    }
    return { kind: "struct", fields: [...fields.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) };
  }

  free(): void {
    for (const region of [this.#state, this.#heads, this.#nodes, this.#names, this.#added, this.#odd]) region.free();
  }
}
