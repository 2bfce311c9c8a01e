/** What `import … from "firesteel/mllib"` gives. */
export * from "./base";
export * from "./classification";
export * from "./compose";
export * from "./evaluation";
export * from "./feature";
export * from "./incremental";
export * from "./linalg";
export * from "./meta";
export * from "./param";
export * from "./stat";
export * from "./pipeline";
export * from "./regression";
export * from "./tuning";
export * from "./datasets";
export * from "./functions";
export * from "./clustering";
export * from "./recommendation";
