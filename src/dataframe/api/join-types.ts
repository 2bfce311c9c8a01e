/** Names of join types, as Spark takes them. */
import { AnalysisError } from "../errors";
import type { JoinType } from "../syntax/plan";

const NAMES: Readonly<Record<string, JoinType>> = {
  inner: "inner",
  cross: "cross",
  outer: "full",
  full: "full",
  fullouter: "full",
  left: "left",
  leftouter: "left",
  right: "right",
  rightouter: "right",
  semi: "leftSemi",
  leftsemi: "leftSemi",
  anti: "leftAnti",
  leftanti: "leftAnti",
};

/** Joins that only choose among the rows of the left side. */
export type SemiJoinName = "semi" | "leftsemi" | "left_semi" | "anti" | "leftanti" | "left_anti";

export type JoinTypeName =
  | "inner"
  | "cross"
  | "outer"
  | "full"
  | "fullouter"
  | "full_outer"
  | "left"
  | "leftouter"
  | "left_outer"
  | "right"
  | "rightouter"
  | "right_outer"
  | SemiJoinName
  | (string & {});

export function joinTypeOf(name: string): JoinType {
  const type = NAMES[name.toLowerCase().replaceAll("_", "")];
  if (type === undefined) {
    const supported = Object.keys(NAMES).map((each) => `'${each}'`);
    throw new AnalysisError("UNSUPPORTED_JOIN_TYPE", { typ: name, supported: supported.join(", ") });
  }
  return type;
}
