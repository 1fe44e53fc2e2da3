/** The generator: YAML text -> checked model -> TypeScript and .proto. It reads and writes no files itself. */
export { canonicalText, compileSchema } from "./compile.js";
export type { Compiled } from "./compile.js";
export type { ReadImport } from "./check/load-files.js";
export type { SourceFile } from "./parse/source-file.js";
export { renderDiagnostic } from "./diagnostics.js";
export type { Diagnostic } from "./diagnostics.js";
export type * from "./model.js";
