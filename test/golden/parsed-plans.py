"""Makes parsed-plans.json: how Spark prints the parsed plan of each query in parsed-plans.sql, without the numbers behind #.

Run with PySpark 4.2: python test/golden/parsed-plans.py
"""

import json
import pathlib
import re

from pyspark.sql import SparkSession

here = pathlib.Path(__file__).parent
spark = SparkSession.builder.master("local[1]").config("spark.sql.session.timeZone", "America/Los_Angeles").getOrCreate()
parser = spark._jsparkSession.sessionState().sqlParser()
lines = (here / "parsed-plans.sql").read_text().split("\n")
queries = [line for line in lines if line.strip() and not line.startswith("--")]
answers = [{"query": query, "plan": re.sub(r"#\d+", "#", parser.parsePlan(query).toString()).split("\n")[:-1]} for query in queries]
text = ",\n".join(json.dumps(answer) for answer in answers)
(here / "parsed-plans.json").write_text(f"[\n{text}\n]\n")
