/** The public namespace, as programs see it. */
export * as types from "../../../src/dataframe/types/index";
