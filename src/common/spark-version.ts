/** The version of Spark whose REST APIs are spoken, told to those who ask. */
export const SPARK_VERSION = "4.2.0";
