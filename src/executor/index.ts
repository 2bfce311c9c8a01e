/** The executor, for the entry point of its task threads; that of its process imports `executor-main` alone. */
export { threadMain } from "./thread/thread-main";
