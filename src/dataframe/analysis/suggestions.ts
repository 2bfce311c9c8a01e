/** "Did you mean": the names that are nearest to one that was not found. */
import { editDistance } from "../../common/edit-distance";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { Attribute } from "../expressions/expression";
import { idText, qualifiedName } from "./messages";

const SHOWN = 5;

export function unresolvedColumn(
  parts: readonly string[],
  candidates: readonly Attribute[],
  at: QueryContext | undefined,
  errorClass = "UNRESOLVED_COLUMN",
): AnalysisError {
  const objectName = idText(parts);
  if (candidates.length === 0) return new AnalysisError(`${errorClass}.WITHOUT_SUGGESTION`, { objectName }, at);
  const proposal = nearest(parts, candidates.map(qualifiedName)).join(", ");
  return new AnalysisError(`${errorClass}.WITH_SUGGESTION`, { objectName, proposal }, at);
}

/** The nearest five, quoted. Qualifiers that all candidates share are left out where the name had none. */
export function nearest(base: readonly string[], candidates: readonly (readonly string[])[]): readonly string[] {
  const text = base.map((part) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(part) ? part : `\`${part}\``)).join(".");
  return stripped(base, candidates)
    .map((candidate) => ({ name: idText(candidate), distance: editDistance(idText(candidate), text) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SHOWN)
    .map(({ name }) => name);
}

function stripped(base: readonly string[], candidates: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const oneGroup = (drop: number): boolean =>
    new Set(candidates.map((candidate) => JSON.stringify(candidate.slice(0, Math.max(0, candidate.length - drop))))).size === 1;
  if (base.length === 1 && oneGroup(1)) return candidates.map((candidate) => candidate.slice(-1));
  if (base.length <= 2 && oneGroup(2)) return candidates.map((candidate) => candidate.slice(-2));
  return candidates;
}

/** The same for names that are not attributes: columns of a table that a command is about. */
export function unresolvedName(
  parts: readonly string[],
  candidates: readonly (readonly string[])[],
  at: QueryContext | undefined,
): AnalysisError {
  const proposal = nearest(parts, candidates).join(", ");
  return new AnalysisError("UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName: idText(parts), proposal }, at);
}
