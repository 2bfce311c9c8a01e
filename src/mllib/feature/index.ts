/** Transformers of columns. */
export { VectorAssembler } from "./vector-assembler";
