/** The lineage as text, in the form of Spark's RDD.toDebugString: a new indentation at each shuffle. */
import type { DatasetNode, NodeDependency } from "./nodes/node";

/** `root` and its ancestors are prepared. */
export function debugString(root: DatasetNode): string {
  const persistence = root.persisted ? root.storageLevel.toString() : "";

  const self = (node: DatasetNode): string[] => {
    const info = node.context.storageInfo(node.id);
    const lines = [`${node.toString()} [${persistence}]`];
    if (info !== undefined) {
      lines.push(
        `    CachedPartitions: ${info.numCachedPartitions}; MemorySize: ${sizeText(info.memoryBytes)}; DiskSize: ${sizeText(info.diskBytes)}`,
      );
    }
    return lines;
  };

  const children = (node: DatasetNode, prefix: string): string[] =>
    node.dependencies.flatMap((dependency, i, all) => childLines(dependency, prefix, i === all.length - 1));

  const childLines = ({ kind, node }: NodeDependency, prefix: string, isLast: boolean): string[] => {
    if (kind === "narrow") return [...self(node).map((line) => prefix + line), ...children(node, prefix)];
    const count = `(${node.numPartitions})`;
    const outer = prefix.replace(/\|\s+$/, "");
    const inner = `${outer}${isLast ? "  " : "| "}${bar(count)}`;
    return [...self(node).map((line, i) => (i === 0 ? `${outer}+-${count} ${line}` : inner + line)), ...children(node, inner)];
  };

  const count = `(${root.numPartitions})`;
  return [...self(root).map((line, i) => `${i === 0 ? count : bar(count)} ${line}`), ...children(root, bar(count))].join("\n");
}

/** A vertical bar under the middle of `count`, as wide as it and a space. */
function bar(count: string): string {
  const before = Math.floor((count.length - 1) / 2);
  return `${" ".repeat(before)}|${" ".repeat(count.length - before)}`;
}

/** As Spark prints sizes: "416.0 B", "3.5 KiB". */
function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 2048 && unit < 4; unit++) value /= 1024;
  return `${value.toFixed(1)} ${["B", "KiB", "MiB", "GiB", "TiB"][unit]}`;
}
