/** Makes the task binary of a stage, and the bytes that each of its tasks needs besides. */
import { serialize } from "node:v8";
import { classesOf, modulesOf } from "../closure/freeze";
import type { Frozen } from "../closure/frozen";
import { InternalError } from "../common/errors";
import { ancestors, type DatasetNode, type NodeDependency } from "./nodes/node";
import { type ProfileAccumulator, registrationOf } from "./shared/accumulator";
import type { ActionSpec, StageAction, StageOutput } from "./stage-output";
import type {
  CacheSpec,
  FunctionSource,
  FunctionSpec,
  NodeEntry,
  NodeRef,
  OutputSpec,
  PayloadForm,
  PayloadTable,
  SpecEncoder,
  StageSpec,
} from "./stage-spec";

export interface StageCode {
  /** The same for all tasks of the stage. */
  readonly binary: Uint8Array;
  /** What task `partition` needs besides; null when nothing. */
  payload(partition: number): Uint8Array | null;
}

/**
 * The stage that computes `root` and does `output` with it. `root` and its ancestors are prepared.
 *
 * @param profile where profiles of the tasks go, when they are wanted
 */
export function encodeStage(root: DatasetNode, output: StageOutput, profile?: ProfileAccumulator): StageCode {
  const encoder = new StageEncoder();
  encoder.add(root);
  const form = encoder.payloadForm(root);
  const outputSpec = encodeOutput(output, encoder);
  const classes = upstreamClasses(root, encoder);
  const spec: StageSpec = {
    nodes: encoder.entries,
    output: outputSpec,
    captures: encoder.captures,
    classes,
    modules: modulesOf([...encoder.captures, ...classes]),
    payload: form,
    profile: profile === undefined ? null : registrationOf(profile),
  };
  return { binary: serialize(spec), payload: payloadOf(root, encoder, form) };
}

/** Records that come from other stages may be instances of classes that functions there brought. */
function upstreamClasses(root: DatasetNode, encoder: StageEncoder): Frozen[] {
  const upstream = new CaptureCollector();
  for (const node of ancestors(root)) {
    if (encoder.refs.has(node) || node.checkpoint !== undefined) continue;
    node.encode(upstream);
    for (const dependency of node.dependencies)
      if (dependency.kind === "shuffle" && "encode" in dependency) dependency.encode(upstream);
  }
  const classes = new Map(encoder.classes.map((frozen) => [frozen.hash, frozen]));
  for (const frozen of upstream.captures)
    if (classesOf(frozen).length > 0 || modulesOf([frozen]).length > 0) classes.set(frozen.hash, frozen);
  return [...classes.values()];
}

/** Sees what nodes capture, and nothing else. */
class CaptureCollector implements SpecEncoder {
  readonly captures: Frozen[] = [];

  node(): NodeRef {
    return -1;
  }

  capture(value: Frozen): number {
    return this.captures.push(value) - 1;
  }

  function(source: FunctionSource): FunctionSpec {
    return "builtin" in source ? source : { capture: this.capture(source) };
  }

  class(definition: Frozen): void {
    this.capture(definition);
  }
}

class StageEncoder implements SpecEncoder {
  readonly entries: NodeEntry[] = [];
  readonly captures: Frozen[] = [];
  readonly classes: Frozen[] = [];
  readonly refs = new Map<DatasetNode, NodeRef>();
  /** Dependencies as they were when the stage was encoded: a checkpoint may replace them later. */
  readonly dependencies = new Map<DatasetNode, readonly NodeDependency[]>();
  readonly #captureRefs = new Map<string, number>();

  /** Adds `root` after the ancestors that it reaches without a shuffle. */
  add(root: DatasetNode): void {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (this.refs.has(node)) {
        stack.pop();
        continue;
      }
      const known = this.dependencies.get(node);
      const dependencies = known ?? node.dependencies;
      this.dependencies.set(node, dependencies);
      const missing = dependencies.filter((dependency) => dependency.kind === "narrow" && !this.refs.has(dependency.node));
      if (known === undefined && missing.length > 0) {
        for (const { node: parent } of missing) stack.push(parent);
        continue;
      }
      stack.pop();
      const spec =
        node.checkpoint === undefined ? node.encode(this) : { kind: "pass" as const, parent: this.node(node.checkpoint) };
      this.refs.set(node, this.entries.length);
      this.entries.push({ spec, cache: cacheSpec(node) });
    }
  }

  node(parent: DatasetNode): NodeRef {
    const ref = this.refs.get(parent);
    if (ref === undefined) throw new InternalError(`${parent.toString()} is not part of the stage.`);
    return ref;
  }

  capture(value: Frozen): number {
    const known = this.#captureRefs.get(value.hash);
    if (known !== undefined) return known;
    this.#captureRefs.set(value.hash, this.captures.length);
    return this.captures.push(value) - 1;
  }

  function(source: FunctionSource): FunctionSpec {
    return "builtin" in source ? source : { capture: this.capture(source) };
  }

  class(definition: Frozen): void {
    this.classes.push(definition);
  }

  payloadForm(root: DatasetNode): PayloadForm {
    const leaves = [...this.refs.keys()].filter((node) => node.hasPayload);
    if (leaves.length === 0) return { kind: "none" };
    let node = root;
    for (;;) {
      const dependencies = this.dependencies.get(node)!;
      if (dependencies.length === 0)
        return leaves.length === 1 && node === leaves[0] ? { kind: "leaf", leaf: this.node(node) } : { kind: "table" };
      const [only] = dependencies;
      if (dependencies.length > 1 || only!.kind !== "narrow" || only!.aligned !== true) return { kind: "table" };
      node = only!.node;
    }
  }
}

function payloadOf(root: DatasetNode, encoder: StageEncoder, form: PayloadForm): StageCode["payload"] {
  if (form.kind === "none") return () => null;
  if (form.kind === "leaf") {
    const leaf = [...encoder.refs.keys()][form.leaf]!;
    return (partition) => leaf.payload(partition);
  }
  return (partition) => {
    const table = new Map<string, PayloadTable[number]>();
    const seen = new Set<string>();
    const stack: [DatasetNode, number][] = [[root, partition]];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [node, at] = next;
      const ref = encoder.node(node);
      const key = `${ref} ${at}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (node.hasPayload && node.checkpoint === undefined) {
        const bytes = node.payload(at);
        if (bytes !== null) table.set(key, [ref, at, bytes]);
      }
      for (const dependency of encoder.dependencies.get(node)!) {
        if (dependency.kind === "narrow") for (const parent of dependency.parents(at)) stack.push([dependency.node, parent]);
      }
    }
    return serialize([...table.values()]);
  };
}

function cacheSpec(node: DatasetNode): CacheSpec | null {
  if (!node.persisted) return null;
  const { useDisk, useMemory, useOffHeap, deserialized, replication } = node.storageLevel;
  return { rddId: node.id, useDisk, useMemory, useOffHeap, deserialized, replication, mostMemory: node.mostMemory };
}

function encodeOutput(output: StageOutput, encoder: SpecEncoder): OutputSpec {
  if (output.kind === "action")
    return output.action.kind === "plan" ? { kind: "plan" } : { kind: "action", action: encodeAction(output.action, encoder) };
  const { dependency } = output;
  return "encode" in dependency ? { kind: "shuffle", shuffle: dependency.encode(encoder) } : { kind: "plan" };
}

function encodeAction(action: StageAction, encoder: SpecEncoder): ActionSpec {
  switch (action.kind) {
    case "foreach":
      return { kind: action.kind, f: encoder.function(action.f) };
    case "reduce":
    case "partition":
      return { ...action, f: encoder.function(action.f) };
    case "aggregate":
      return { ...action, zero: encoder.capture(action.zero), f: encoder.function(action.f) };
    case "ordered":
      return { ...action, key: action.key === null ? null : encoder.function(action.key) };
    default:
      return action;
  }
}
