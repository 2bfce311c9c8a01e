/** What factorization machines have learned: their values, and how models are saved. */
import type { StructType } from "../../columnar/types";
import { DenseMatrix, type Matrix, SparseMatrix } from "../linalg/matrices";
import { MatrixUDT, VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector } from "../linalg/vectors";
import type { ModelDirectory } from "../persistence/directory";
import { readRecord } from "../persistence/record";
import type { Params } from "../param/params";
import { persistent } from "../persistence/registry";
import type { MachineShape, MachineSpec } from "./machine";

/** As models have them; what was not fitted is 0. */
export interface MachineValues {
  readonly intercept: number;
  readonly linear: Vector;
  /** A row per feature. */
  readonly factors: Matrix;
}

export function machineValues(
  { width, factorSize, fitLinear, fitIntercept }: MachineShape,
  parameters: Float64Array,
): MachineValues {
  const linear = width * factorSize;
  return {
    intercept: fitIntercept ? parameters.at(-1)! : 0,
    linear: fitLinear ? new DenseVector(parameters.slice(linear, linear + width)) : new SparseVector(width, [], []),
    factors: new DenseMatrix(width, factorSize, parameters.slice(0, linear), true),
  };
}

export function machineSpec({ intercept, linear, factors }: MachineValues, loss: MachineSpec["loss"]): MachineSpec {
  const parameters = [...factors.rows().flatMap((row) => [...row.toArray()]), ...linear.toArray(), intercept];
  return {
    width: factors.numRows,
    factorSize: factors.numCols,
    fitLinear: true,
    fitIntercept: true,
    loss,
    parameters: Float64Array.from(parameters),
  };
}

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "intercept", type: { kind: "double" }, nullable: false },
    { name: "linear", type: VectorUDT, nullable: true },
    { name: "factors", type: MatrixUDT, nullable: true },
  ],
};

/** Lets models be saved and loaded; `make` makes one without its parameters. */
export function savedMachine<M extends Params & MachineValues>(
  type: abstract new (...args: never[]) => M,
  sparkClass: string,
  make: (values: MachineValues) => M,
): void {
  persistent<M>(type, { sparkClass, save: saveMachine, load: async (_, directory) => make(await readMachine(directory)) });
}

function saveMachine({ intercept, linear, factors }: MachineValues, directory: ModelDirectory): Promise<void> {
  return directory.writeTable("data", DATA, [[intercept, linear, factors]]);
}

async function readMachine(directory: ModelDirectory): Promise<MachineValues> {
  const [intercept, linear, factors] = await readRecord(directory, ["intercept", "linear", "factors"]);
  const isVector = linear instanceof DenseVector || linear instanceof SparseVector;
  if (typeof intercept !== "number" || !isVector || !(factors instanceof DenseMatrix || factors instanceof SparseMatrix))
    throw directory.damaged("data is not that of a factorization machine");
  return { intercept, linear, factors };
}
