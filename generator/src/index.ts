/** The generator: YAML text -> checked model -> TypeScript and .proto. It reads and writes no files itself. */
export { canonicalText, compileSchema } from "./compile.js";
export type { Compiled } from "./compile.js";
export type { ReadImport } from "./check/load-files.js";
export type { SourceFile } from "./parse/source-file.js";
export { RESERVED_MEMBERS, RESERVED_PROPERTIES } from "./check/reserved.js";
export { DIAGNOSTIC_CODES, renderDiagnostic } from "./diagnostics.js";
export type { Diagnostic, DiagnosticCode } from "./diagnostics.js";
export type * from "./model.js";
export { emitProto } from "./emit/emit-proto.js";
export { emitTypeScript } from "./emit/emit-typescript.js";
export { generatedFrom } from "./emit/header.js";
