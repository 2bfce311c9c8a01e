"""spark.parquet, by PySpark: INT96 timestamps, Spark's own lists, maps, intervals and key-value metadata. Its values are in the test.
Run in this directory: python make_spark.py."""
import glob, os, shutil
from pyspark.sql import SparkSession

spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
         .getOrCreate())
spark.sql("""
  SELECT id, timestamp_micros(id * 1000003 - 5000000) AS ts, CAST(id AS DECIMAL(25, 3)) AS d,
    IF(id % 3 = 0, NULL, array(id, NULL)) AS l, map('k', named_struct('v', id)) AS m, make_dt_interval(0, 0, 0, id) AS i,
    IF(id % 2 = 0, 'even', NULL) AS s, timestamp_ntz'2024-02-29 12:00:00' AS n
  FROM range(0, 10, 1, 1)""").write.mode("overwrite").parquet("out")
shutil.move(glob.glob("out/*.parquet")[0], "spark.parquet")
shutil.rmtree("out")
