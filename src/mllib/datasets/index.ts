/** Data with a known structure, made in tasks: rows depend on the seed and their number alone. Names are scikit-learn's and dask-ml's. */
import "./libsvm";

export { makeBlobs, makeClassification, makeCounts, makeRegression } from "./generators";
