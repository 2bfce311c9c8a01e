/**
 * Programs of the libraries above, by which plans append columns (AppendColumns): each thread knows them by name, plans carry the
 * name and a specification as bytes.
 */
import type { DataType } from "../../columnar/types";
import type { Vector } from "../../columnar/vector";
import { InternalError } from "../../common/errors";
import { loadLibraries } from "../libraries";

export interface ColumnProgram {
  readonly name: string;
  /** Once a task: `spec` as the plan has it, and the types of the inputs. What it gives makes one vector for each appended column. */
  open(spec: Uint8Array, inputs: readonly DataType[]): (inputs: readonly Vector[], rows: number) => readonly Vector[];
}

const programs = new Map<string, ColumnProgram>();

export function registerColumnProgram(program: ColumnProgram): void {
  if (programs.has(program.name)) throw new InternalError(`There are two column programs ${program.name}.`);
  programs.set(program.name, program);
}

export function columnProgram(name: string): ColumnProgram {
  const program = programs.get(name) ?? (loadLibraries() ? programs.get(name) : undefined);
  if (program === undefined) throw new InternalError(`No column program ${name} is known in this thread.`);
  return program;
}
