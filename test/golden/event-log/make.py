"""Makes spark-4.jsonl: one event of every shape that a real Spark writes to its event log, cut short and freed of what
differs from run to run. Needs pip's `pyspark` 4 and Java 17:  python make.py

What the programs below do: map and reduce stages, a cached dataset, accumulators, a failing task, a large result, a
killed executor whose map outputs are fetched after its death, a cancelled job, speculation, exclusion.
"""
import glob
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def context(directory, **settings):
    from pyspark import SparkConf, SparkContext

    conf = SparkConf().setAppName("golden").set("spark.executor.memory", "512m").set("spark.ui.enabled", "false")
    conf.set("spark.eventLog.enabled", "true").set("spark.eventLog.dir", directory).set("spark.eventLog.compress", "false")
    conf.set("spark.eventLog.rolling.enabled", "false").set("spark.eventLog.logBlockUpdates.enabled", "true")
    conf.set("spark.eventLog.logStageExecutorMetrics", "true").set("spark.executor.heartbeatInterval", "500ms")
    for key, value in settings.items():
        conf.set("spark." + key.replace("__", "."), value)
    sc = SparkContext(conf=conf)
    sc.setLogLevel("OFF")
    return sc


def first_attempt():
    from pyspark import TaskContext

    return TaskContext.get().attemptNumber() == 0


def kill_own_executor():
    parent = os.getppid()
    os.kill(int(open("/proc/%d/stat" % parent).read().split()[3]), signal.SIGKILL)


def faults(directory):
    sc = context(directory, master="local-cluster[2,1,512]")
    total = sc.accumulator(0)

    def count(pair):
        total.add(1)
        return pair

    cached = sc.parallelize(range(10), 4).map(lambda x: (x % 3, x)).cache()
    cached.map(count).reduceByKey(lambda a, b: a + b, 2).collect()

    def flaky(x):
        if first_attempt() and x == 1:
            raise ValueError("flaky")
        return x

    sc.parallelize([1, 2], 2).map(flaky).collect()
    cached.unpersist()
    sc.parallelize([0], 1).map(lambda _: os.urandom(3_000_000)).collect()

    def die(x):
        if x[0] == 0 and not os.path.exists(directory + ".killed"):
            open(directory + ".killed", "w").close()
            kill_own_executor()
        time.sleep(2)
        return x

    sc.parallelize(range(8), 4).map(lambda x: (x % 4, x)).partitionBy(4).map(die).collect()
    sc.setJobGroup("group", "description", True)
    threading.Timer(2, sc.cancelAllJobs).start()
    try:
        sc.parallelize([1, 2], 2).map(lambda x: time.sleep(60)).collect()
    except Exception:
        pass
    time.sleep(10)
    sc.stop()


def slow(directory):
    sc = context(directory, master="local-cluster[2,2,512]", speculation="true", speculation__quantile="0.5", excludeOnFailure__enabled="true",
                 excludeOnFailure__application__maxFailedTasksPerExecutor="1", excludeOnFailure__timeout="3s",
                 excludeOnFailure__application__maxFailedExecutorsPerNode="1", excludeOnFailure__stage__maxFailedExecutorsPerNode="1")
    time.sleep(2)

    def one_fails(x):
        if first_attempt() and x == 1:
            raise ValueError("flaky")
        return x

    sc.parallelize([1, 2], 2).map(one_fails).collect()
    time.sleep(5)
    sc.parallelize(range(4), 4).map(lambda x: time.sleep(15 if x == 0 else 0)).collect()
    try:
        sc.parallelize([1, 2, 3, 4], 4).map(lambda x: 1 / 0).collect()
    except Exception:
        pass
    sc.stop()


def shape(value):
    if isinstance(value, dict):
        return tuple((key, shape(item)) for key, item in sorted(value.items()))
    return "list" if isinstance(value, list) else "value"


OPEN_MAPS = {"Properties", "Spark Properties", "Hadoop Properties", "System Properties", "Metrics Properties", "Classpath Entries", "JVM Information", "Log Urls"}


def clean(value, key=""):
    """Numbers that vary become 0, texts lose paths and addresses, lists keep one element, open maps two entries."""
    if isinstance(value, dict):
        if key in OPEN_MAPS:
            return {re.sub(r".*/", "", name): "text" for name in sorted(value)[:2]}
        return {name: clean(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [clean(item, key) for item in value[:1]]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return value if abs(value) < 1000 else 1000
    value = re.sub(r"\d+\.\d+\.\d+\.\d+", "127.0.0.1", value)
    value = re.sub(r"app-\d+-\d+", "app-1-0000", re.sub(r"(/[\w.@-]+){2,}", "/path", value))
    return value[:80]


def main():
    shapes = {}
    for program in ("faults", "slow"):
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([sys.executable, __file__, program, directory], check=True, timeout=180, stderr=subprocess.DEVNULL)
            for path in glob.glob(directory + "/*"):
                for line in open(path):
                    event = clean(json.loads(line))
                    if "lacklisted" not in event["Event"]:
                        shapes.setdefault((event["Event"], event.get("Task End Reason", {}).get("Reason", ""), shape(event)), event)
    kept = {}
    for (name, reason, _), event in sorted(shapes.items(), key=lambda item: -len(json.dumps(item[1]))):
        kept.setdefault((name, reason, event.get("Task Metrics") is None, "Failure Reason" in str(event), event.get("Job Result", {}).get("Result")), event)
    with open(os.path.join(HERE, "spark-4.jsonl"), "w") as out:
        for event in sorted(kept.values(), key=lambda event: (event["Event"], json.dumps(event))):
            out.write(json.dumps(event) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        {"faults": faults, "slow": slow}[sys.argv[1]](sys.argv[2])
