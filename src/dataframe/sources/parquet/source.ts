/** The data source "parquet". */
import type { DataSource } from "../data-source";
import { FileScan } from "../files/file-scan";
import { type FileFormat, fileRelation } from "../files/relation";
import { type FileSplit, packFiles } from "../files/packing";
import { prunedFiles } from "../files/partition-pruning";
import { inferSchema, statisticsOf } from "./infer";
import { ParquetSplit } from "./open";
import { rowGroupParts } from "./parts";
import { parquetWriter } from "./write/save";

const format: FileFormat = {
  name: "parquet",
  infer: (files, { options }, driver) => inferSchema(files, options, driver),
  statistics: statisticsOf,
};

export const parquetSource: DataSource = {
  name: "parquet",
  aliases: ["org.apache.spark.sql.parquet", "org.apache.spark.sql.execution.datasources.parquet.parquetfileformat"],
  relation: (request, driver) => fileRelation(format, request, driver),
  plan({ relation, partitionFilters, parallelism }, { settings }) {
    const files = prunedFiles(relation, partitionFilters, settings);
    return Promise.resolve(packFiles(files, settings, { splittable: () => true, parallelism }));
  },
  parts: rowGroupParts,
  open: (splits, request, env) =>
    new FileScan(
      splits as readonly FileSplit[],
      request,
      env,
      (split, columns, numbered) => new ParquetSplit(split, columns, request, env, numbered),
    ),
  writer: parquetWriter,
};
