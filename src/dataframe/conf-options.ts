/** Settings that take one of a few words, in any case, by their names in Spark; what another word would do is for nobody to guess. */
const CODECS = ["none", "uncompressed", "snappy", "gzip", "lzo", "brotli", "lz4", "lz4_raw", "zstd"];

export const CONF_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  "spark.sql.legacy.timeParserPolicy": ["EXCEPTION", "CORRECTED", "LEGACY"],
  "spark.sql.mapKeyDedupPolicy": ["EXCEPTION", "LAST_WIN"],
  "spark.sql.parquet.compression.codec": CODECS,
  "spark.sql.parquet.outputTimestampType": ["INT96", "TIMESTAMP_MICROS", "TIMESTAMP_MILLIS"],
  "spark.sql.sources.partitionOverwriteMode": ["STATIC", "DYNAMIC"],
  "spark.sql.storeAssignmentPolicy": ["ANSI", "LEGACY", "STRICT"],
  "spark.sql.timestampType": ["TIMESTAMP_NTZ", "TIMESTAMP_LTZ"],
};
