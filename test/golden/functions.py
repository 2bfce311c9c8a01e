"""Makes functions.json: what Spark says of each expression of functions.sql, one a line: its name, type, nullability and value.

Run with PySpark 4.2: python test/golden/functions.py
Each case is [expression, schema, nullable, value] or [expression, error class]; values are as spark-sql prints them.
Session time zone: America/Los_Angeles, ANSI mode.
"""

import json
import pathlib

from pyspark.sql import SparkSession

here = pathlib.Path(__file__).parent
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "America/Los_Angeles")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
text_of = spark._jvm.org.apache.spark.sql.execution.HiveResult


def answer(expression):
    try:
        frame = spark.sql("SELECT " + expression)
        rows = text_of.hiveResultString(frame._jdf.queryExecution().executedPlan())
        return [expression, frame.schema.simpleString(), frame.schema.fields[0].nullable, rows.apply(0)]
    except Exception as error:
        name = error.getCondition() if hasattr(error, "getCondition") else None
        return [expression, name]


lines = [line for line in (here / "functions.sql").read_text().split("\n") if line and not line.startswith("--")]
answers = [json.dumps(answer(line), ensure_ascii=False) for line in lines]
(here / "functions.json").write_text("[\n" + ",\n".join(answers) + "\n]\n")
