/**
 * What was learned from the batches so far, beside models whose own data do not tell it. It is saved with models of `partialFit`, in an
 * entry of the metadata that Spark does not look at.
 */
import { UsageError } from "../../common/errors";
import { decodePlain, encodePlain } from "../compute/plain";
import type { Metadata } from "../persistence/directory";

export interface Kept<W> {
  readonly state: W;
  /** Whether it is saved with the model. */
  readonly saved: boolean;
}

/** A model that may keep such a state. */
export interface Keeps<W> {
  kept: Kept<W> | undefined;
}

const ENTRY = "firesteelLearned";

export function keptMetadata({ kept }: Keeps<unknown>): Readonly<Record<string, unknown>> {
  return kept?.saved === true ? { [ENTRY]: Buffer.from(encodePlain(kept.state)).toString("base64") } : {};
}

export function keptFrom<W>(metadata: Metadata): Kept<W> | undefined {
  const text = metadata[ENTRY];
  return typeof text === "string" ? { state: decodePlain<W>(Buffer.from(text, "base64")), saved: true } : undefined;
}

/** Throws of a model that does not have it. */
export function keptState<W>(model: Keeps<W> & { readonly className: string }): W {
  if (model.kept === undefined)
    throw new UsageError(
      "NO_STATE",
      `This ${model.className} cannot go on learning: it was loaded, and only models of partialFit are saved with what that needs.`,
    );
  return model.kept.state;
}
