/** The data source "binaryFile": each file a row of path, time of its last change, length and content. */
import type { Boxed, StructType } from "../../../columnar/types";
import { DataError } from "../../../common/errors";
import { readWholeFile, type TaskStorage } from "../../../filesystem/task-storage";
import type { DataSource } from "../data-source";
import { FileScan } from "../files/file-scan";
import { type FileSplit, packFiles } from "../files/packing";
import { prunedFiles } from "../files/partition-pruning";
import { fileRelation } from "../files/relation";
import { neededFields, RowBatches, type RowRuns } from "../files/row-batches";

const SCHEMA: StructType = {
  kind: "struct",
  fields: [
    { name: "path", type: { kind: "string" }, nullable: false },
    { name: "modificationTime", type: { kind: "timestamp" }, nullable: false },
    { name: "length", type: { kind: "long" }, nullable: false },
    { name: "content", type: { kind: "binary" }, nullable: true },
  ],
};

const MAX_CONTENT = 2 ** 31 - 1;

export const binaryFileSource: DataSource = {
  name: "binaryfile",
  aliases: ["org.apache.spark.sql.execution.datasources.binaryfile.binaryfileformat"],
  relation: (request, driver) =>
    fileRelation({ name: "binaryFile", infer: () => Promise.resolve(SCHEMA) }, { ...request, schema: null }, driver),
  plan({ relation, partitionFilters, parallelism }, { settings }) {
    const files = prunedFiles(relation, partitionFilters, settings);
    return Promise.resolve(packFiles(files, settings, { splittable: () => false, parallelism, empty: true }));
  },
  open(splits, request, env) {
    const { caseSensitive } = request.settings;
    return new FileScan(splits as readonly FileSplit[], request, env, (split, columns) => {
      const fields = neededFields(columns, request.relation.schema, caseSensitive);
      const names = fields.map((field) => field.name);
      return new RowBatches(fileRow(split, names, env.storage), fields, columns, caseSensitive);
    });
  },
};

function fileRow(split: FileSplit, names: readonly string[], storage: TaskStorage): RowRuns {
  let given = false;
  let bytesRead = 0;
  const valueOf = (name: string): Boxed => {
    switch (name) {
      case "path":
        return split.path;
      case "modificationTime":
        return Math.floor(split.modified) * 1000;
      case "length":
        return split.fileLength;
      default: {
        if (split.fileLength > MAX_CONTENT)
          throw new DataError(
            "BINARY_FILE_TOO_LARGE",
            `${split.path} has ${split.fileLength} bytes; a value can have ${MAX_CONTENT}.`,
            {
              parameters: { path: split.path },
            },
          );
        const bytes = readWholeFile(split.path, split.fileLength, storage);
        bytesRead += bytes.length;
        return bytes;
      }
    }
  };
  return {
    next: () => (given ? null : ((given = true), [names.map(valueOf)])),
    get bytesRead() {
      return bytesRead;
    },
    close: () => (given = true),
  };
}
