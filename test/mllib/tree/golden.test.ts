/** Trees that grow whole in tasks, against Spark's. */
import { testSession } from "../../support/built-session";
import { goldenTests } from "./golden-cases";

goldenTests(testSession());
