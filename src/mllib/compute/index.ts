/** Computing over DataFrames in tasks: what the algorithms of this library are written with. */
export { appendColumns, columnsProgram } from "./append-columns";
export { denseVectorColumn, doublesOf, VectorColumn } from "./columns";
export { type InstanceBlock, instancesOf } from "./instances";
export { aggregateProgram, type BroadcastRef, type ProgramTask, rowsProgram } from "./programs";
export { broadcastPlain, TaskData } from "./task-data";
