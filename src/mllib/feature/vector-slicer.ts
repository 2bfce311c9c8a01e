/** Some entries of vectors, by their places or names. */
import type { StructField, StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { attributesOf, featureNamesOf, vectorMetadata, vectorOfSize, vectorSizeOf } from "../base/attributes";
import { checkVector, requiredField, vectorField, withFields } from "../base/schema";
import { Transformer } from "../base/transformer";
import { appendColumns } from "../compute/append-columns";
import { intsParam, stringsParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, outputCol } from "../param/shared";
import { savedByParams } from "./support/saved";
import { selectEntries } from "./support/select-entries";

export class VectorSlicer extends withParams(Transformer, {
  ...inputCol,
  ...outputCol,
  indices: intsParam("places of entries, from 0; in this order", [], (places) =>
    places.every((i) => i >= 0) && new Set(places).size === places.length ? null : "must be different and not negative",
  ),
  names: stringsParam("names of entries, after those of indices", []),
}) {
  private places(field: StructField): readonly number[] {
    const names = this.getNames();
    const known = names.length === 0 ? [] : attributesOf(field)?.map(({ name }) => name);
    const named = names.map((name) => {
      const place = known?.indexOf(name) ?? -1;
      if (place >= 0) return place;
      const there = featureNamesOf(field);
      throw new UsageError(
        "UNKNOWN_FEATURE",
        `${this.className}: column ${field.name} has no entry named ${name}. ${there === undefined ? "Its entries have no names." : `There are: ${there.join(", ")}.`}`,
      );
    });
    const places = [...this.getIndices(), ...named];
    const size = vectorSizeOf(field);
    const outside = size === undefined ? undefined : places.find((place) => place >= size);
    if (outside !== undefined)
      throw new UsageError(
        "INVALID_INDEX",
        `${this.className}: column ${field.name} has ${size} entries, there is no ${outside}.`,
      );
    if (places.length === 0 || new Set(places).size !== places.length)
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: indices and names must choose at least one entry, and none twice.`,
      );
    return places;
  }

  private output(field: StructField, places: readonly number[]): StructField {
    const known = attributesOf(field);
    return vectorField(
      this.getOutputCol(),
      known === undefined ? vectorOfSize(places.length) : vectorMetadata(places.map((place) => known[place]!)),
    );
  }

  override transformSchema(schema: StructType): StructType {
    const field = checkVector(schema, this.getInputCol(), this.className);
    return withFields(schema, this.className, this.output(field, this.places(field)));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const field = requiredField(schema, this.getInputCol(), this.className);
    const places = this.places(field);
    return appendColumns(df, selectEntries, {
      inputs: [field.name],
      outputs: [this.output(field, places)],
      spec: { who: this.className, places: Int32Array.from(places) },
    });
  }

  override toString(): string {
    return this.described({ numSelectedFeatures: this.getIndices().length + this.getNames().length });
  }
}

savedByParams(VectorSlicer);
