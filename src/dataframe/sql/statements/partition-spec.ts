/** PARTITION (a = 1, b) */
import type { PartitionSpec } from "../../syntax/command";
import type { Cursor } from "../cursor";

export function partitionSpec(p: Cursor): PartitionSpec {
  const start = p.token.start;
  p.expect("PARTITION");
  const spec = p.parenthesized(() => {
    const name = p.name();
    if (!p.accept("=")) return { name, value: null };
    if (p.is("DEFAULT") && (p.isAt(1, ",") || p.isAt(1, ")"))) {
      p.next();
      return { name, value: { kind: "default" as const } };
    }
    return { name, value: p.rules.expression(p) };
  });
  const names = spec.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw p.error("DUPLICATE_KEY", { keyColumn: `\`${twice}\`` }, start);
  return spec;
}

export function optionalPartitionSpec(p: Cursor): PartitionSpec | null {
  return p.is("PARTITION") && p.isAt(1, "(") ? partitionSpec(p) : null;
}
