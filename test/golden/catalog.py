"""Spark's rows and errors for the statements of catalog.sql. Run: python catalog.py > catalog.json

Times, makers and owners are masked; the warehouse is written {warehouse}.
"""

import json
import pathlib
import re
import sys
import tempfile

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

warehouse = tempfile.mkdtemp()
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.warehouse.dir", warehouse)
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
text = (pathlib.Path(__file__).parent / "catalog.sql").read_text()
text = re.sub(r"^--.*\n", "", text, flags=re.M)


def masked(value):
    return value.replace(warehouse, "{warehouse}") if isinstance(value, str) else value


answers = []
for statement in [part.strip() for part in text.split(";\n")]:
    if statement == "":
        continue
    try:
        frame = spark.sql(statement)
        rows = [[masked(value) for value in row] for row in frame.collect()]
        schema = frame.schema.simpleString()
        answers.append({"statement": statement, "schema": schema, "rows": rows})
    except PySparkException as error:
        parameters = {k: masked(v) for k, v in error.getMessageParameters().items() if "#" not in v}
        answers.append({"statement": statement, "error": error.getCondition(), "parameters": parameters})
    except Py4JJavaError as error:
        print("not of Spark's own:", statement, file=sys.stderr)
print("[\n" + ",\n".join(json.dumps(answer) for answer in answers) + "\n]")
