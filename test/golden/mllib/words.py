"""What Spark's Word2Vec learns from a few sentences of words that are there differently often: writes words.json.

Run with a Python that has PySpark 4.2 and numpy: python test/golden/mllib/words.py
"""
import json, os
from pyspark.ml.feature import Word2Vec
from golden import spark_session, uniform

u = uniform(3)


words = [f"w{i}" for i in range(14)]
sentences = [[words[int(14 * u() * u())] for _ in range(1 + int(u() * 25))] for _ in range(300)]
counts = {word: sum(sentence.count(word) for sentence in sentences) for word in words}
assert len(set(counts.values())) == len(words), counts

spark = spark_session(cores=1, shuffle_partitions=1)
df = spark.createDataFrame([(sentence,) for sentence in sentences], ["words"]).coalesce(1).cache()
more = spark.createDataFrame([(["w1", "w2", "unknown"],), ([],)], "words array<string>")
out = {"sentences": sentences, "cases": []}
for params in [
    dict(vectorSize=10, seed=1),
    dict(vectorSize=7, seed=5, maxIter=5, windowSize=2, stepSize=0.1),
    dict(vectorSize=4, seed=2, maxIter=3, minCount=100, maxSentenceLength=6),
]:
    model = Word2Vec(inputCol="words", outputCol="out", numPartitions=1, **{"minCount": 0, **params}).fit(df)
    out["cases"].append({
        "params": params,
        "vectors": {row.word: [float(v) for v in row.vector] for row in model.getVectors().collect()},
        "synonyms": [[row.word, float(row.similarity)] for row in model.findSynonyms("w0", 3).collect()],
        "transformed": [[float(v) for v in row.out.toArray()] for row in model.transform(more).collect()],
    })

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "words.json"), "w") as file:
    json.dump(out, file)
    file.write("\n")
