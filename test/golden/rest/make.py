"""Makes what stands beside it: the event log of a small application of real Spark (event-log.jsonl), the same as a rolling
log compressed with zstd (rolling/), and what Spark's history server answers to REST requests for it (answers.json).
Needs pip's `pyspark` 4 and Java 17:  python make.py

Fields are left as they are; of the environment only a few pairs are kept, and paths and host names are replaced.
"""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))


def program(directory, rolling):
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as F

    builder = SparkSession.builder.master("local-cluster[2,2,1024]").appName("rest golden")
    settings = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": directory,
        "spark.eventLog.compress": str(rolling).lower(),
        "spark.eventLog.rolling.enabled": str(rolling).lower(),
        "spark.eventLog.rolling.maxFileSize": "10m",
        "spark.eventLog.logStageExecutorMetrics": "true",
        "spark.eventLog.logBlockUpdates.enabled": "true",
        "spark.executor.memory": "512m",
        "spark.ui.enabled": "true",
        "spark.ui.port": "0",
        "spark.sql.shuffle.partitions": "3",
        "spark.secret.password": "hunter2",
        "spark.executor.heartbeatInterval": "500ms",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    sc = spark.sparkContext
    sc.setLogLevel("OFF")
    total = sc.accumulator(0)

    def count(pair):
        total.add(1)
        return pair

    sc.setJobGroup("words", "counting words")
    cached = sc.parallelize(range(100), 4).map(lambda x: (x % 7, x)).setName("pairs").cache()
    reduced = cached.map(count).reduceByKey(lambda a, b: a + b, 3)
    reduced.collect()
    reduced.count()
    sc._jsc.clearJobGroup()

    def flaky(x):
        from pyspark import TaskContext

        if x == 1 and TaskContext.get().attemptNumber() == 0:
            raise ValueError("flaky")
        return x

    sc.parallelize([0, 1, 2], 3).map(flaky).collect()
    try:
        sc.parallelize([0, 1], 2).map(lambda x: 1 // x).collect()
    except Exception:
        pass

    people = spark.createDataFrame([(i, "city %d" % (i % 5), i * 1.5) for i in range(1000)], "id long, city string, amount double")
    cities = spark.createDataFrame([("city %d" % i, "country %d" % (i % 2)) for i in range(5)], "city string, country string")
    people.createOrReplaceTempView("people")
    cities.createOrReplaceTempView("cities")
    spark.sql(
        "SELECT country, count(*) n, sum(amount) s FROM people JOIN cities USING (city) WHERE id > 10 GROUP BY country ORDER BY country"
    ).collect()
    spark.range(0, 1000, 1, 3).select(F.sum("id")).collect()
    try:
        spark.sql("SELECT raise_error('no') FROM range(1)").collect()
    except Exception:
        pass
    time.sleep(1.5)
    answers = {}
    if not rolling:
        base = sc.uiWebUrl + "/api/v1/applications/" + sc.applicationId
        answers["threads"] = json.load(urllib.request.urlopen(base + "/executors/0/threads"))[:2]
    spark.stop()
    return answers


def history(directory):
    import pyspark

    home = os.path.dirname(pyspark.__file__)
    environment = dict(os.environ, SPARK_HOME=home)
    options = {"spark.history.fs.logDirectory": "file:" + directory, "spark.history.ui.port": "18777"}
    environment["SPARK_HISTORY_OPTS"] = " ".join("-D%s=%s" % pair for pair in options.items())
    server = subprocess.Popen(
        [home + "/bin/spark-class", "org.apache.spark.deploy.history.HistoryServer"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    root = "http://localhost:18777/api/v1/"

    def get(path):
        return json.load(urllib.request.urlopen(root + path))

    try:
        for _ in range(120):
            time.sleep(0.5)
            try:
                if get("applications"):
                    break
            except OSError:
                pass
        found = get("applications")
        answers = {"applications": found, "version": get("version")}
        app = "applications/" + found[0]["id"]
        paths = ["", "/jobs", "/jobs/0", "/jobs?status=failed", "/stages", "/stages?details=true&withSummaries=true", "/stages/0", "/executors", "/allexecutors"]
        paths += ["/storage/rdd", "/environment", "/sql", "/sql/0", "/sql?details=false", "/sql?planDescription=false&offset=1&length=1"]
        # The whole list has the others: one that ran, one that was skipped, one whose tasks failed, and were tried again.
        for stage in [0, 1, 2, 4, 5]:
            for tail in ["/0", "/0/taskSummary", "/0/taskSummary?quantiles=0,0.25,0.5,0.75,1", "/0/taskList", "/0/taskList?offset=1&length=2&sortBy=-runtime"]:
                paths.append("/stages/%d%s" % (stage, tail))
        for rdd in get(app + "/storage/rdd"):
            paths.append("/storage/rdd/%d" % rdd["id"])
        for path in dict.fromkeys(paths):
            try:
                answers[path] = get(app + path)
            except urllib.error.HTTPError as error:
                answers[path] = {"status": error.code, "error": error.read().decode()[:200]}
        return answers
    finally:
        os.killpg(os.getpgid(server.pid), signal.SIGTERM) if os.getpgid(server.pid) != os.getpgid(0) else server.terminate()


KEPT = re.compile(r"^(spark\.(app\.name|master|secret\.password|eventLog\.enabled|submit\.deployMode)|java\.version|fs\.permissions\.umask-mode|file\.encoding)$")


def clean(text):
    import getpass
    import socket

    text = text.replace(os.path.realpath(tempfile.gettempdir()), "/tmp")
    text = re.sub(r"/[^\s\",:()]*/(site-packages|spark-[0-9a-f-]{36})", r"/opt/\1", text)
    text = re.sub(r"/tmp/[^/\s]*/make.py", "/app/make.py", text)
    for name in {socket.gethostname(), socket.getfqdn()}:
        text = re.sub(r"\b%s\b" % re.escape(name), "driver-host", text)
    text = re.sub(r"\b(10|127|169|172|192)\.\d+\.\d+\.\d+\b", "10.0.0.1", text)
    return text


def shorten_event(line):
    event = json.loads(line)
    if event["Event"] == "SparkListenerEnvironmentUpdate":
        for name in ["Spark Properties", "Hadoop Properties", "System Properties", "Metrics Properties", "Classpath Entries"]:
            event[name] = {key: value for key, value in event[name].items() if KEPT.match(key)}
    return clean(json.dumps(event, separators=(",", ":")))


def main():
    if len(sys.argv) > 1:
        json.dump(program(sys.argv[2], sys.argv[1] == "rolling"), open(sys.argv[3], "w"))
        return
    with tempfile.TemporaryDirectory() as directory:
        plain, rolling = directory + "/plain", directory + "/rolling"
        os.mkdir(plain)
        os.mkdir(rolling)
        # The compressed log cannot be cleaned: it says where the program was.
        copy = shutil.copy(__file__, directory + "/make.py")
        subprocess.run([sys.executable, copy, "plain", plain, directory + "/live.json"], check=True)
        subprocess.run([sys.executable, copy, "rolling", rolling, directory + "/unused.json"], check=True)
        log = [path for path in glob.glob(plain + "/*") if "crc" not in path][0]
        lines = [shorten_event(line) for line in open(log)]
        open(log, "w").write("\n".join(lines) + "\n")
        for crc in glob.glob(plain + "/.*.crc"):
            os.remove(crc)
        answers = history(plain)
        answers.update(json.load(open(directory + "/live.json")))
        open(HERE + "/event-log.jsonl", "w").write("\n".join(lines) + "\n")
        with open(HERE + "/answers.json", "w") as file:
            lines = ["%s: %s" % (json.dumps(path), json.dumps(answer)) for path, answer in answers.items()]
            file.write(clean("{\n" + ",\n".join(lines) + "\n}\n"))
        shutil.rmtree(HERE + "/rolling", ignore_errors=True)
        shutil.copytree(glob.glob(rolling + "/eventlog_v2_*")[0], HERE + "/rolling/" + os.path.basename(glob.glob(rolling + "/eventlog_v2_*")[0]), ignore=shutil.ignore_patterns(".*.crc"))


if __name__ == "__main__":
    main()
