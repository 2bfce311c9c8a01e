/** The public surface of DataFrames and SQL. */
import "./rdd-methods";

export { Catalog } from "./catalog";
export type { CatalogFunction, CatalogMetadata, Database, Table, TableColumn } from "./catalog";
export { Column } from "./column";
export type { ColumnOrName, TypeOrText } from "./column";
export type { Records, SchemaOrNames } from "./create-dataframe";
export { DataFrame } from "./dataframe";
export type { SortDirections } from "./methods/layout";
export * as functions from "./functions";
export type { Aggregator, TableFunctionHandler, UserDefinedFunction, UserDefinedTableFunction } from "./functions";
export { TableArg } from "./table-arg";
export { CoGroupedData, GroupedData } from "./grouped-data";
export type { AggregateMap } from "./grouped-data";
export type { JoinTypeName } from "./join-types";
export { DataFrameNaFunctions } from "./na-functions";
export { Observation } from "./observation";
export type { SqlArguments } from "./parameters";
export { DataFrameReader } from "./reader";
export type { ReadArguments } from "./reader";
export { RuntimeConfig } from "./runtime-config";
export type { SchemaInput } from "./schema-input";
export type { QueryOptions } from "./session-core";
export { SparkSession, SparkSessionBuilder } from "./spark-session";

export { DataFrameStatFunctions } from "./stat-functions";
export { DataSourceRegistration } from "./data-source-registration";
export type { UserDataSource, UserDataWriter, UserFilter, UserSave, UserScan, UserWriteTask } from "../sources/user/definition";
export type { TableValuedFunctions } from "./tvf";
export type { SqlReferences } from "./references";
export { UDFRegistration, UDTFRegistration } from "./udf-registration";
export { Window, WindowSpec } from "./window";
export type { WindowBound } from "./window";
export { DataFrameWriter } from "./writer";
export type { OptionValue, WriteArguments } from "./writer";
export { DataFrameWriterV2, MergeIntoWriter } from "./writer-v2";
