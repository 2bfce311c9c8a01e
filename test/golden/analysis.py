"""Spark's schemas and errors for the queries of analysis.sql. Run: python analysis.py > analysis.json"""

import json
import pathlib
import re
import tempfile

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.warehouse.dir", tempfile.mkdtemp())
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
text = (pathlib.Path(__file__).parent / "analysis.sql").read_text()
text = re.sub(r"^--.*\n", "", text, flags=re.M)
answers = []
for query in [part.strip() for part in text.split(";\n")]:
    if query == "":
        continue
    try:
        answers.append({"query": query, "schema": spark.sql(query).schema.simpleString()})
    except PySparkException as error:
        parameters = {k: v for k, v in error.getMessageParameters().items() if "#" not in v}
        answers.append({"query": query, "error": error.getCondition(), "parameters": parameters})
print("[\n" + ",\n".join(json.dumps(answer) for answer in answers) + "\n]")
