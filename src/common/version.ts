/** The package's version, put in by the build; from source it reads package.json's. */
declare const FIRESTEEL_VERSION: string | undefined;

export const version: string = typeof FIRESTEEL_VERSION === "string" ? FIRESTEEL_VERSION : "0.0.0-source";
