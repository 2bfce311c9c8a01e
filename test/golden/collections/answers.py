"""Answers of Spark 4.2 to the queries beside this file: python answers.py [names of groups]. Needs pyspark and Java 17."""
import json
import pathlib
import sys

from pyspark.sql import SparkSession

here = pathlib.Path(__file__).parent
session = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "America/Los_Angeles")
    .config("spark.sql.shuffle.partitions", "1")
    .getOrCreate()
)
session.sparkContext.setLogLevel("OFF")
hive = session._jvm.org.apache.spark.sql.execution.HiveResult
convert = session._jvm.scala.jdk.javaapi.CollectionConverters


def fields(schema):
    return [[f["name"], f["type"], f["nullable"]] for f in json.loads(schema.json())["fields"]]


def answer(query):
    try:
        frame = session.sql(query)
        schema = fields(frame.schema)
        rows = list(convert.asJava(hive.hiveResultString(frame._jdf.queryExecution().executedPlan())))
        return {"query": query, "schema": schema, "rows": rows}
    except Exception as error:  # what Spark says is the answer
        cause = getattr(error, "_origin", None) or getattr(error, "java_exception", None)
        condition = None
        while cause is not None and condition is None:
            try:
                condition = cause.getCondition()
            except Exception:
                condition = None
            cause = cause.getCause()
        return {"query": query, "error": condition}


for source in sorted(here.glob("*.sql")):
    if len(sys.argv) > 1 and source.stem not in sys.argv[1:]:
        continue
    queries = [q.strip() for q in source.read_text().split(";\n") if q.strip()]
    answers = [answer(q) for q in queries]
    lines = ",\n".join(json.dumps(a, ensure_ascii=False) for a in answers)
    source.with_suffix(".json").write_text(f"[\n{lines}\n]\n")
    print(source.stem, len(answers))
