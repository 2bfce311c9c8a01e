"""check.py DIR: loads what firesteel saved in DIR/ours with PySpark, saves it again in DIR/theirs; a JSON line a class with what it gives,
or with its name where Spark has no such class."""
import importlib, json, os, sys

from pyspark.ml.linalg import DenseVector, SparseVector
from pyspark.sql import SparkSession

directory = sys.argv[1]
spark = (
    SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "1").getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
data = spark.read.parquet(os.path.join(directory, "data"))


def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    return [float(x) for x in value.toArray()] if isinstance(value, (DenseVector, SparseVector)) else value


def class_name(path):
    with open(os.path.join(path, "metadata", "part-00000")) as file:
        return json.loads(file.readline())["class"]


def class_of(name):
    module, _, own = name.replace("org.apache.spark", "pyspark").rpartition(".")
    if module == "pyspark.ml" :
        module = "pyspark.ml.pipeline"
    return getattr(importlib.import_module(module), own)


for name in sorted(os.listdir(os.path.join(directory, "ours"))):
    path = os.path.join(directory, "ours", name)
    name_here = class_name(path)
    if name_here.startswith("firesteel."):
        print("JSON " + json.dumps({"name": name, "unknown": name_here}), flush=True)
        continue
    try:
        model = class_of(name_here).load(path)
        if name_here.endswith("DistributedLDAModel"):
            # Such a model infers with a random seed, until its local model was asked for.
            model.toLocal()
        out = model.transform(data)
        added = [column for column in out.columns if column not in data.columns]
        rows = [[plain(value) for value in row] for row in out.select("row", *added).orderBy("row").collect()]
        theirs = os.path.join(directory, "theirs", name)
        model.write().overwrite().save(theirs)
        metadata = os.path.join(theirs, "metadata")
        part = next(file for file in sorted(os.listdir(metadata)) if file.startswith("part-"))
        if part != "part-00000":
            os.rename(os.path.join(metadata, part), os.path.join(metadata, "part-00000"))
        answer = {"name": name, "added": added, "rows": rows}
    except Exception as error:
        answer = {"name": name, "error": str(error)[:600]}
    print("JSON " + json.dumps(answer), flush=True)
spark.stop()
