/** A session on the built package, for tests of estimators and models: jobs run on executors of their own, as in programs. */
import { join } from "node:path";

const dist = join(__dirname, "../../dist");

export const firesteel = require(join(dist, "index.js")) as typeof import("../../src/index");
/** Of the same engine as the session: instances of classes that are imported from src are others. */
export const mllib = require(join(dist, "mllib.js")) as typeof import("../../src/mllib");

export type Session = import("../../src/index").SparkSession;
export type DataFrame = import("../../src/index").DataFrame;

/** One session for the tests of a file; ends with them. */
export function testSession(settings: Readonly<Record<string, string>> = {}): () => Session {
  let session: Session;
  beforeAll(() => {
    let builder = firesteel.SparkSession.builder.appName("test").master("local[2]").config("spark.ui.showConsoleProgress", false);
    for (const [key, value] of Object.entries(settings)) builder = builder.config(key, value);
    session = builder.getOrCreate();
  });
  afterAll(() => session.stop());
  return () => session;
}
