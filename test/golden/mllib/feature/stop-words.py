"""Writes Spark's lists of stop words (StopWordsRemover.loadDefaultStopWords) as src/mllib/feature/stop-words.ts.

    python stop-words.py > ../../../../src/mllib/feature/stop-words.ts
"""
import json

from pyspark.ml.feature import StopWordsRemover
from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
print("/**")
print(" * Stop words by language, as Spark has them. They come from the Snowball project by way of PostgreSQL and NLTK:")
print(" * Copyright (c) 2001, Dr Martin Porter, and (c) 2002, Richard Boulton; BSD licence (https://snowballstem.org/license.html).")
print(" * Made by test/golden/mllib/feature/stop-words.py.")
print(" */")
print("export const STOP_WORDS: Readonly<Record<string, string>> = {")
for language in ["danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian", "norwegian", "portuguese", "russian", "spanish", "swedish", "turkish"]:
    words = StopWordsRemover.loadDefaultStopWords(language)
    assert not any(" " in word for word in words), language
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) > 115:
            lines.append(line)
            line = ""
        line += (" " if line or lines else "") + word
    lines.append(line)
    print(f"  {language}:")
    print(" +\n".join("    " + json.dumps(part, ensure_ascii=False) for part in lines) + ",")
print("};")
spark.stop()
