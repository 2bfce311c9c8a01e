"""Answers of Spark: reads one JSON request a line, {"conf": …}, {"functions": true} or {"expressions": […]}; writes one JSON answer a line.

An expression's answer is [type, text as spark-sql prints it], or [error class]; an expression with FROM is the rest of a SELECT.
"""
import json, re, sys
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "America/Los_Angeles")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.sql.timeType.enabled", "true")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
text_of = spark._jvm.org.apache.spark.sql.execution.HiveResult
EXAMPLE = re.compile(r"^\s*> SELECT (.*);\s*$", re.M)


def functions():
    found = []
    for (name,) in spark.sql("show system functions").collect():
        if not re.fullmatch(r"\w+", name):
            continue
        lines = [row[0] for row in spark.sql(f"describe function extended {name}").collect()]
        examples = [one for line in lines for one in EXAMPLE.findall(line)]
        found.append({"name": name, "examples": examples})
    return found


def together(expressions):
    """Types and texts of all of them, from one query."""
    frame = spark.sql("SELECT " + ", ".join(f"{one} AS c{i}" for i, one in enumerate(expressions)))._jdf
    rows = text_of.hiveResultString(frame.queryExecution().executedPlan())
    texts = rows.apply(0).split("\t") if rows.size() == 1 else []
    if len(texts) != len(expressions):
        raise ValueError
    return [[field.dataType().simpleString(), text] for field, text in zip(frame.schema().fields(), texts)]


def alone(expression):
    try:
        frame = spark.sql("SELECT " + expression)._jdf
        rows = text_of.hiveResultString(frame.queryExecution().executedPlan())
        types = ", ".join(field.dataType().simpleString() for field in frame.schema().fields())
        return [types, "\n".join(sorted(rows.apply(i) for i in range(rows.size())))]
    except Exception as error:
        name = error.getCondition() if hasattr(error, "getCondition") else None
        return [name or str(error).split("\n")[0][:200]]


def answers(expressions):
    if len(expressions) == 1 or any(" FROM " in one for one in expressions):
        return [alone(one) for one in expressions]
    try:
        return together(expressions)
    except Exception:
        middle = len(expressions) // 2
        return answers(expressions[:middle]) + answers(expressions[middle:])


for line in sys.stdin:
    request = json.loads(line)
    if "conf" in request:
        for key, value in request["conf"].items():
            spark.conf.set(key, value)
        answer = {}
    elif "functions" in request:
        answer = functions()
    else:
        answer = answers(request["expressions"])
    print(json.dumps(answer), flush=True)
