/** Where Spark's documentation is: a parameter of some of its errors. */
export const DOCS = "https://spark.apache.org/docs/latest";
