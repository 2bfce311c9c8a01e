/**
 * Leaves whose partitions are splits, found when the layout is first needed: files, and input formats of the user. A
 * split travels to its task as an encoded value.
 */
import type { Frozen } from "../../closure/frozen";
import { encodeValue } from "../../columnar";
import type { ContextPort } from "../context-port";
import type { FileFormat, NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode } from "./node";

export type SplitsFormat =
  { readonly kind: "files"; readonly format: FileFormat } | { readonly kind: "input"; readonly format: Frozen };

export interface SplitsOptions {
  /** Spark's class of the dataset. */
  readonly className: string;
  /** Shown before the class: the path. */
  readonly name?: string;
  readonly locations?: (split: unknown) => readonly string[];
  readonly site?: string;
}

export class SplitsNode extends DatasetNode {
  override readonly className: string;
  protected override readonly inputs = [];
  readonly #options: SplitsOptions;
  #splits: readonly unknown[] = [];

  constructor(
    context: ContextPort,
    scope: string,
    private readonly format: SplitsFormat,
    private readonly listSplits: () => Promise<readonly unknown[]>,
    options: SplitsOptions,
  ) {
    super(context, scope, options.site);
    this.className = options.className;
    this.givenName = options.name;
    this.#options = options;
  }

  protected override async doPrepare(): Promise<void> {
    this.#splits = await this.listSplits();
  }

  protected override countPartitions(): number {
    return this.#splits.length;
  }

  protected override listDependencies(): readonly [] {
    return [];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    const { format } = this;
    return format.kind === "files" ? format : { kind: "input", format: encoder.capture(format.format) };
  }

  override get hasPayload(): boolean {
    return true;
  }

  override payload(partition: number): Uint8Array {
    return encodeValue(this.#splits[partition], this.context.values, "split");
  }

  override locations(partition: number): readonly string[] {
    return this.#options.locations?.(this.#splits[partition]) ?? [];
  }
}
