"""The cases of bench/rdd/firesteel.mjs on PySpark's RDD API."""
import json
import os
import time

from pyspark import SparkConf, SparkContext

repeat = int(os.environ.get("REPEAT", "5"))
wanted = {c for c in os.environ.get("CASES", "").split(",") if c}
text = os.environ["TEXT"]
conf = SparkConf().setMaster(f"local[{os.environ.get('THREADS', '2')}]").set("spark.ui.enabled", "false").set("spark.driver.memory", "8g")
sc = SparkContext(conf=conf)
sc.setLogLevel("ERROR")


def timed(name, body):
    if wanted and name not in wanted:
        return
    times = []
    for _ in range(min(repeat, 3)):
        start = time.time()
        result = body()
        times.append((time.time() - start) * 1e3)
    print(json.dumps({"engine": "pyspark", "case": name, "first_ms": int(times[0]), "best_ms": int(min(times)), "med_ms": int(sorted(times)[len(times) // 2]), "result": str(result)}, separators=(",", ":")), flush=True)


def add(a, b):
    return a + b


def inside(i):
    h = (i * 2654435761) & 0xFFFFFFFF
    x = (h & 0xFFFF) / 65536.0
    y = (h >> 16) / 65536.0
    return 1 if x * x + y * y < 1 else 0


timed("word count", lambda: sc.textFile(text).flatMap(lambda line: line.split(" ")).map(lambda w: (w, 1)).reduceByKey(add).count())
timed("inside the circle, 20 M", lambda: sc.range(0, 20000000, 1, 4).map(inside).reduce(add))
timed("reduceByKey, 5 M to 500 k", lambda: sc.range(0, 5000000, 1, 4).map(lambda i: ((i * 7919) % 500000, 1)).reduceByKey(add, 4).count())
timed("groupByKey, 5 M to 500 k", lambda: sc.range(0, 5000000, 1, 4).map(lambda i: ((i * 7919) % 500000, i)).groupByKey(4).mapValues(len).map(lambda kv: kv[1]).sum())
timed("sortByKey, 3 M", lambda: sc.range(0, 3000000, 1, 4).map(lambda i: ((i * 1103515245 + 12345) & 0x7FFFFFFF, i)).sortByKey(True, 4).count())
timed("join, 1 M with 1 M", lambda: sc.range(0, 1000000, 1, 4).map(lambda i: (i, i * 2)).join(sc.range(500000, 1500000, 1, 4).map(lambda i: (i, "v%d" % i)), 4).count())
timed("10,000 empty tasks", lambda: sc.parallelize(range(10000), 10000).count())
