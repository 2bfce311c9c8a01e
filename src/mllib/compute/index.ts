/** Computing over DataFrames in tasks: what the algorithms of this library are written with. */
export { appendColumns, columnsProgram, derivedLater } from "./append-columns";
export { doubleColumn, denseVectorColumn, doublesOf, VectorColumn, VectorColumnBuilder } from "./columns";
export { type InstanceBlock, instancesOf, instancesShape } from "./instances";
export { aggregateProgram, type BroadcastRef, type ProgramTask, rowsProgram } from "./programs";
export { batchesOf, type Broadcast, broadcastPlain, onExecutors, TaskData } from "./task-data";
