"""What the scripts of this folder, and of the folders in it, share."""
import json
import pathlib
import shutil


def uniform(seed):
    """Draws numbers from 0 to 1, the same as the tests where they draw such rows: a linear congruential generator (Knuth and Lewis)."""
    state = seed

    def draw():
        nonlocal state
        state = (1664525 * state + 1013904223) % 2**32
        return state / 2**32

    return draw


def spark_session(cores=2, shuffle_partitions=None):
    """A session of Spark in this process that shows errors only; with Spark's own number of shuffle partitions if none is given."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{cores}]").config("spark.ui.enabled", False)
    if shuffle_partitions is not None:
        builder = builder.config("spark.sql.shuffle.partitions", shuffle_partitions)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def save_model(model, path):
    """Saves the model in place of what is at `path`, without Hadoop's checksum files."""
    path = pathlib.Path(path)
    shutil.rmtree(path, ignore_errors=True)
    model.write().save(str(path))
    for file in path.rglob("*.crc"):
        file.unlink()
