/** The closure layer as a program of the tests loads it: bundled, since programs run outside of Jest. */
export { Reviver } from "../../../src/closure/reviver";
export { classesOf, configureClosures, freeze, freezeValue, modulesOf } from "../../../src/closure/freeze";
export { driverClasses } from "../../../src/closure/driver-classes";
export { mapStack } from "../../../src/closure/source-maps";
