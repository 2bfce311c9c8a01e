export { type LinearMemory, webAssembly } from "../../../common/web-assembly";
