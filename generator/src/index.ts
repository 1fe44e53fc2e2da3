/** The generator: YAML text -> checked model -> TypeScript and .proto. It reads and writes no files itself. */
export { renderDiagnostic } from "./diagnostics.js";
export type { Diagnostic } from "./diagnostics.js";
export type * from "./model.js";
