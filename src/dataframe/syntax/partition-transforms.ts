/** Transforms among what a table is partitioned by. */
import type { Parameters } from "../errors";
import type { BucketSpec, Partitioning } from "./command";

export interface Layout {
  readonly partitioning: readonly Partitioning[];
  readonly bucket?: BucketSpec;
}

/**
 * PARTITIONED BY (identity(a), bucket(4, b)) is a partition column and CLUSTERED BY; tables of files know no other transform.
 * @param fail makes the error that is thrown for what they do not know.
 */
export function withoutTransforms(layout: Layout, fail: (errorClass: string, parameters: Parameters) => Error): Layout {
  let { bucket } = layout;
  const partitioning = layout.partitioning.flatMap((one): readonly Partitioning[] => {
    if (one.kind === "column" && one.name.length > 1)
      throw fail("UNSUPPORTED_PARTITION_TRANSFORM", { transform: `\`${one.name.join(".")}\`` });
    if (one.kind !== "transform") return [one];
    const columns = one.args.flatMap((arg) => (arg.kind === "name" && arg.parts.length === 1 ? [arg.parts[0] as string] : []));
    const [first] = one.args;
    switch (one.name.toLowerCase()) {
      case "identity":
        if (columns.length === 1 && one.args.length === 1) return [{ kind: "column", name: columns }];
        break;
      case "bucket":
        if (first?.kind !== "literal" || columns.length !== one.args.length - 1 || columns.length === 0) break;
        if (bucket !== undefined) throw fail("UNSUPPORTED_FEATURE.MULTIPLE_BUCKET_TRANSFORMS", {});
        bucket = { buckets: Number(first.value), columns, sort: [] };
        return [];
    }
    throw fail("UNSUPPORTED_PARTITION_TRANSFORM", { transform: `\`${one.name}\`` });
  });
  return { partitioning, ...(bucket !== undefined && { bucket }) };
}
