/** Stages by column. */
export { ColumnTransformer, type ColumnTransformerEntry, ColumnTransformerModel } from "./column-transformer";
