export { FORMAT } from "./definition.js";
