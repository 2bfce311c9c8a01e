/** Vectors times a vector, entry by entry. */
import type { StructField } from "../../columnar/types";
import { vectorOfSize } from "../base/attributes";
import type { Vector } from "../linalg/vectors";
import { vectorParam } from "../param/kinds";
import { withParams } from "../param/params";
import { savedByParams } from "./support/saved";
import { scaleVectors } from "./support/scale";
import { mapping, type Mapping, VectorTransformer } from "./support/vector-column";

export class ElementwiseProduct extends withParams(VectorTransformer, {
  scalingVec: vectorParam("the vector to multiply with"),
}) {
  protected override outputMetadata(): StructField["metadata"] {
    return vectorOfSize(this.getScalingVec().size);
  }

  protected override mapping(): Mapping {
    const scale = this.getScalingVec().toArray();
    return mapping(scaleVectors, { who: this.className, width: scale.length, shift: null, scale });
  }

  override toString(): string {
    return this.described({ vectorSize: this.valueFor<Vector>("scalingVec")?.size });
  }
}

savedByParams(ElementwiseProduct);
