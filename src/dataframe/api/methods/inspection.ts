/** What is known of a DataFrame without running it: names, types, plans, files. */
import { UsageError } from "../../../common/errors";
import type { ExplainMode } from "../../syntax/command";
import { simpleString } from "../../types/text";
import type { DataFrame } from "../dataframe";
import { treeText } from "../tree-text";
import type { AnyColumns, Columns, NameOf } from "../../types/typed-columns";

export interface InspectionMethods<S extends Columns> {
  /** The names of the columns. */
  columns(): Promise<NameOf<S>[]>;

  /** Pairs of names and types: ["age", "int"]. */
  dtypes(): Promise<[string, string][]>;

  /** The schema as a tree, to the given depth. */
  treeString(level?: number): Promise<string>;
  printSchema(level?: number): Promise<void>;

  /** How the query will be run: "simple", "extended", "codegen", "cost" or "formatted". */
  explainString(mode?: ExplainMode | boolean): Promise<string>;
  explain(mode?: ExplainMode | boolean): Promise<void>;

  /** Files that the query reads, as far as that is known before it runs. */
  inputFiles(): Promise<string[]>;

  /** Whether both queries are the same, apart from names that do not matter. */
  sameSemantics(other: DataFrame): Promise<boolean>;
  semanticHash(): Promise<number>;

  /** Whether the rows are in the program already. */
  isLocal(): boolean;
}

export const inspectionMethods: InspectionMethods<AnyColumns> & ThisType<DataFrame> = {
  async columns() {
    return (await this.schema()).fields.map((field) => field.name);
  },
  async dtypes() {
    return (await this.schema()).fields.map((field) => [field.name, simpleString(field.type)]);
  },
  async treeString(level) {
    return treeText(await this.schema(), level);
  },
  async printSchema(level) {
    console.log(await this.treeString(level));
  },
  async explainString(mode = "simple") {
    const chosen = typeof mode === "boolean" ? (mode ? "extended" : "simple") : (mode.toLowerCase() as ExplainMode);
    if (!["simple", "extended", "codegen", "cost", "formatted"].includes(chosen)) {
      throw new UsageError("INVALID_ARGUMENT", `explain: there is no mode ${chosen}.`);
    }
    const { core } = this.sparkSession;
    return core.port.explain(await core.complete(this.plan), chosen);
  },
  async explain(mode = "simple") {
    console.log(await this.explainString(mode));
  },
  async inputFiles() {
    const { core } = this.sparkSession;
    return [...(await core.port.inputFiles(await core.complete(this.plan)))];
  },
  async sameSemantics(other) {
    const { core } = this.sparkSession;
    return core.port.sameSemantics(await core.complete(this.plan), await core.complete(other.plan));
  },
  async semanticHash() {
    const { core } = this.sparkSession;
    return core.port.semanticHash(await core.complete(this.plan));
  },
  isLocal() {
    return this.plan.kind === "local" || this.plan.kind === "inlineTable";
  },
};
