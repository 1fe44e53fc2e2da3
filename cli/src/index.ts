/** The package's door for users: what a config file needs. The program itself is `main.ts`. */
export { defineConfig } from "./config.js";
export type { Config, ConfigOfOne, ConfigOfSeveral, Target } from "./config.js";
export type {
  CanonicalEntity,
  Position,
  Report,
  ReportedDiagnostic,
  ReportedFile,
} from "./codegen/codegen-report.js";
export type { OperateError, OperateReport } from "./operate/operate-report.js";
