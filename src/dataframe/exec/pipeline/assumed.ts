/** Stand-ins for batches and join tables of which nothing is known, for generated code that is shown and not run. */
import { vectorBuilder } from "../../../columnar/batch";
import type { ColumnBatch, Vector } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import type { JoinProbe } from "../join/probe";
import { JoinTable } from "../join/table";

export function assumedBatch(attributes: readonly Attribute[]): ColumnBatch {
  const columns = attributes.map((attribute): Vector => {
    const vector = vectorBuilder(attribute.type, 0).finish();
    return attribute.nullable && vector.form !== "null" ? { ...vector, valid: new Uint8Array(0) } : vector;
  });
  return { length: 0, columns };
}

export function assumedTable(probe: JoinProbe): JoinTable {
  return new JoinTable(
    assumedBatch(probe.buildOutput),
    probe.keys.map((key) => vectorBuilder(key.type, 0).finish()),
    probe.keys.map((key) => key.type),
    probe.buildOutput.map((attribute) => attribute.type),
    () => new Int32Array(0),
    () => () => false,
  );
}
