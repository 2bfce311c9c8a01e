/** Computing over DataFrames in tasks: what the algorithms of this library are written with. */
export { appendColumns, columnsProgram } from "./append-columns";
export { denseVectorColumn, doublesOf, VectorColumn } from "./columns";
export { type InstanceBlock, instancesOf } from "./instances";
export { aggregateProgram, type ProgramTask, rowsProgram } from "./programs";
export { asked, type Steps, stepsProgram } from "./steps";
export { TaskData } from "./task-data";
