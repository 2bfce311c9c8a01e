"""The public names of pyspark.ml 4.2, with members, parameters and defaults: `python api.py` writes api.json. Needs pyspark 4.2."""
import importlib
import inspect
import json
import os
import re

from pyspark.ml.param import Params
from pyspark.sql import SparkSession

here = os.path.dirname(os.path.abspath(__file__))
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", False).getOrCreate()
AREAS = "base param pipeline linalg feature classification regression clustering recommendation fpm evaluation tuning stat functions".split()


def members(cls):
    return [name for name in dir(cls) if not name.startswith("_")]


def default(instance, param):
    if param not in instance._defaultParamMap:
        return None
    value = instance._defaultParamMap[param]
    # Made anew for each instance, or each process.
    if param.name == "seed" or (isinstance(value, str) and instance.uid in value):
        return "own"
    return "NaN" if value != value else value


out = {}
for area in AREAS:
    module = importlib.import_module(f"pyspark.ml.{area}")
    own = [name for name, thing in vars(module).items() if inspect.isclass(thing) and thing.__module__ == module.__name__]
    for name in getattr(module, "__all__", own):
        if name.startswith("_"):
            continue
        thing = getattr(module, name)
        entry = {"area": area}
        if inspect.isclass(thing):
            entry["members"] = members(thing)
            try:
                instance = None if name.endswith("Model") else thing()
            except Exception:  # abstract, or made by fits alone
                instance = None
            if isinstance(instance, Params):
                entry["params"] = {param.name: default(instance, param) for param in instance.params}
        out[name] = entry
with open(os.path.join(here, "api.json"), "w") as file:
    file.write(re.sub(r'\n {4,}|\n {2,}(?=[\]}])', " ", json.dumps(out, indent=2)) + "\n")
spark.stop()
