/** What `import … from "firesteel/mllib"` gives. */
export * from "./base";
export * from "./evaluation";
export * from "./feature";
export * from "./linalg";
export * from "./param";
export * from "./pipeline";
export * from "./tuning";
