/** What of a file's schema makes up a column that a query asks for: types joined with the file's nodes by name. */
import { vectorOfBoxed } from "../../../columnar/batch";
import type { Boxed, DataType } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import { type Conversion, conversionTo } from "./convert";
import { describe, groupForm, type ParquetNode, SchemaError } from "./schema";
import { Repetition } from "./metadata";

export type ColumnPlan = LeafPlan | StructPlan | ListPlan | MapPlan | MissingPlan;

export interface LeafPlan {
  readonly kind: "leaf";
  readonly node: ParquetNode;
  readonly conversion: Conversion;
}

export interface StructPlan {
  readonly kind: "struct";
  readonly node: ParquetNode;
  readonly children: readonly ColumnPlan[];
  /** Whose levels say which structs are there: read for them alone where it is in no child. */
  readonly witness: LeafPlan;
}

/** `node` is the field itself, which is null or there; `repeated` has the elements. They are one node in the oldest layout. */
export interface ListPlan {
  readonly kind: "list";
  readonly node: ParquetNode;
  readonly repeated: ParquetNode;
  readonly element: ColumnPlan;
  readonly witness: LeafPlan;
}

export interface MapPlan {
  readonly kind: "map";
  readonly node: ParquetNode;
  readonly repeated: ParquetNode;
  readonly key: ColumnPlan;
  readonly value: ColumnPlan;
  readonly witness: LeafPlan;
}

/** Not in the file: the same value in each row. */
export interface MissingPlan {
  readonly kind: "missing";
  /** A vector of that value; null for NULL. Only of whole columns, not within others. */
  readonly constant: Vector | null;
}

export const MISSING: MissingPlan = { kind: "missing", constant: null };

export interface MatchOptions {
  readonly caseSensitive: boolean;
  /** The value at a path in rows whose file has no column of the path's first name. */
  absent(path: readonly string[]): Boxed;
  /** What a type that does not fit becomes: an error that names the file. */
  mismatch(column: string, type: DataType, actual: string): Error;
}

/** The plan of the column at `path`, read as `type`. */
export function columnPlan(root: ParquetNode, path: readonly string[], type: DataType, options: MatchOptions): ColumnPlan {
  let node = root;
  for (const [depth, name] of path.entries()) {
    if (depth > 0 && (node.leaf >= 0 || groupForm(node).kind !== "struct" || node.element.repetition === Repetition.Repeated))
      throw options.mismatch(path.join("."), type, describe(node));
    const child = childNamed(node, name, options.caseSensitive);
    if (child === undefined) return depth === 0 ? constantPlan(options.absent(path), type) : MISSING;
    node = child;
  }
  return planOf(node, type, path.join("."), options);
}

function constantPlan(value: Boxed, type: DataType): MissingPlan {
  return value === null ? MISSING : { kind: "missing", constant: vectorOfBoxed([value], type) };
}

/** Throws where names that differ in case only both fit. */
export function childNamed(node: ParquetNode, name: string, caseSensitive: boolean): ParquetNode | undefined {
  const exact = node.children.filter((child) => child.name === name);
  if (caseSensitive) return exact[0];
  const lower = name.toLowerCase();
  const found = node.children.filter((child) => child.name.toLowerCase() === lower);
  if (found.length > 1)
    throw new SchemaError(`it has several columns ${name} when case is ignored: ${found.map((f) => f.name).join(", ")}`);
  return found[0];
}

function planOf(node: ParquetNode, type: DataType, name: string, options: MatchOptions): ColumnPlan {
  if (node.element.repetition !== Repetition.Repeated) return planOfSingle(node, type, name, options);
  // A repeated field without a list around it.
  if (type.kind !== "array") throw options.mismatch(name, type, `repeated ${describe(node)}`);
  const element = planOfSingle(node, type.element, `${name}.element`, options);
  return { kind: "list", node, repeated: node, element, witness: witnessOf(element, node) };
}

function planOfSingle(node: ParquetNode, wanted: DataType, name: string, options: MatchOptions): ColumnPlan {
  const type = wanted.kind === "udt" ? wanted.sqlType : wanted;
  if (node.leaf >= 0) {
    if (type.kind === "null") return MISSING;
    const conversion = conversionTo(node, type);
    if (conversion === null) throw options.mismatch(name, type, describe(node));
    return { kind: "leaf", node, conversion };
  }
  const form = groupForm(node);
  switch (type.kind) {
    case "struct": {
      if (form.kind !== "struct" && form.kind !== "variant") break;
      const children = type.fields.map((field) => {
        const child = childNamed(node, field.name, options.caseSensitive);
        return child === undefined ? MISSING : planOf(child, field.type, `${name}.${field.name}`, options);
      });
      return { kind: "struct", node, children, witness: witnessOf(children, node) };
    }
    case "variant": {
      const value = form.kind === "variant" ? form.value : childNamed(node, "value", true);
      const metadata = form.kind === "variant" ? form.metadata : childNamed(node, "metadata", true);
      if (value === undefined || metadata === undefined || node.children.length !== 2) break;
      const children = [value, metadata].map((child) => planOf(child, { kind: "binary" }, `${name}.${child.name}`, options));
      return { kind: "struct", node, children, witness: witnessOf(children, node) };
    }
    case "calendarInterval": {
      const fields = [["months", "int"] as const, ["days", "int"] as const, ["microseconds", "long"] as const];
      const children = fields.map(([field, kind]) => {
        const child = childNamed(node, field, true);
        return child === undefined ? MISSING : planOf(child, { kind }, `${name}.${field}`, options);
      });
      return { kind: "struct", node, children, witness: witnessOf(children, node) };
    }
    case "array": {
      if (form.kind !== "list") break;
      const { repeated, element } = form;
      const child =
        repeated === element
          ? planOfSingle(element, type.element, `${name}.element`, options)
          : planOf(element, type.element, `${name}.element`, options);
      return { kind: "list", node, repeated, element: child, witness: witnessOf(child, repeated) };
    }
    case "map": {
      if (form.kind !== "map") break;
      const key = planOf(form.key, type.key, `${name}.key`, options);
      const value = form.value === null ? MISSING : planOf(form.value, type.value, `${name}.value`, options);
      return { kind: "map", node, repeated: form.repeated, key, value, witness: witnessOf([key, value], form.repeated) };
    }
    default:
  }
  throw options.mismatch(name, type, describe(node));
}

function witnessOf(plans: ColumnPlan | readonly ColumnPlan[], node: ParquetNode): LeafPlan {
  for (const plan of Array.isArray(plans) ? (plans as readonly ColumnPlan[]) : [plans as ColumnPlan]) {
    if (plan.kind === "leaf") return plan;
    if (plan.kind !== "missing") return plan.witness;
  }
  const leaf = firstLeaf(node);
  return {
    kind: "leaf",
    node: leaf,
    conversion: (_heap, packed) => {
      // Its values are not looked at.
      packed.form = 0;
    },
  };
}

function firstLeaf(node: ParquetNode): ParquetNode {
  if (node.leaf >= 0) return node;
  const [first] = node.children;
  if (first === undefined) throw new SchemaError(`its group ${node.name} has no fields`);
  return firstLeaf(first);
}

/** The leaves whose chunks must be read, by ParquetNode.leaf. */
export function leavesOf(plan: ColumnPlan, into: Map<number, LeafPlan> = new Map()): Map<number, LeafPlan> {
  switch (plan.kind) {
    case "leaf":
      into.set(plan.node.leaf, plan);
      break;
    case "struct":
      for (const child of plan.children) leavesOf(child, into);
      addWitness(plan.witness, into);
      break;
    case "list":
      leavesOf(plan.element, into);
      addWitness(plan.witness, into);
      break;
    case "map":
      leavesOf(plan.key, into);
      leavesOf(plan.value, into);
      addWitness(plan.witness, into);
      break;
    case "missing":
      break;
  }
  return into;
}

function addWitness(witness: LeafPlan, into: Map<number, LeafPlan>): void {
  if (!into.has(witness.node.leaf)) into.set(witness.node.leaf, witness);
}
