"""Makes the .json beside each .sql here: what Spark answers to each line, in order, in one session a file.

Run with PySpark 4.2: python test/golden/queries/queries.py [NAME …]
An answer is {"query", "schema", "rows"} with rows as spark-sql prints them, sorted where the query has no ORDER BY, or {"query", "error"}.
Session time zone: America/Los_Angeles, ANSI mode. Lines that begin with -- are comments.
"""

import json
import pathlib
import sys
import tempfile

from pyspark.sql import SparkSession

here = pathlib.Path(__file__).parent
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "America/Los_Angeles")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.warehouse.dir", tempfile.mkdtemp())
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
text_of = spark._jvm.org.apache.spark.sql.execution.HiveResult


def answer(session, query):
    try:
        frame = session.sql(query)._jdf
        rows = text_of.hiveResultString(frame.queryExecution().executedPlan())
        rows = [rows.apply(i) for i in range(rows.size())]
        ordered = "order by" in query.lower()
        return {"query": query, "schema": frame.schema().catalogString(), "rows": rows if ordered else sorted(rows)}
    except Exception as error:
        name = error.getCondition() if hasattr(error, "getCondition") else None
        return {"query": query, "error": name or str(error).split("\n")[0][:200]}


names = sys.argv[1:] or sorted(path.stem for path in here.glob("*.sql"))
for name in names:
    session = spark.newSession()
    lines = (here / f"{name}.sql").read_text().split("\n")
    answers = [answer(session, line) for line in lines if line.strip() and not line.startswith("--")]
    text = ",\n".join(json.dumps(one, ensure_ascii=False) for one in answers)
    (here / f"{name}.json").write_text(f"[\n{text}\n]\n")
