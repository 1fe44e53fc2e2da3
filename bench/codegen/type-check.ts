/** tsc over 200 generated entities, and over the same interfaces written by hand: whole processes. */
import { plainInterfacesOf, schemaOf } from "./schemas.js";
import { inWorkplace, type Workplace } from "./workplace.js";
import { childAlone } from "../measure/child.js";

const ENTITIES = 200;
const CLI = "cli/bin/cached-collections.js";

childAlone(() => {
  const plain = inWorkplace((place) => {
    place.write("generated/sized.ts", plainInterfacesOf(ENTITIES));
    return checkMs(place);
  });
  const generated = inWorkplace((place) => {
    place.write("schema/sized.yaml", schemaOf(ENTITIES));
    place.timeScript(CLI, ["codegen"]);
    return checkMs(place);
  });
  return { plain, generated };
});

/** With the strictest settings, the ones of this repository. */
function checkMs(place: Workplace): number {
  const config = {
    extends: "../../tsconfig.base.json",
    compilerOptions: { noEmit: true, composite: false, rootDir: "." },
    include: ["generated"],
  };
  place.write("tsconfig.json", JSON.stringify(config));
  return place.timeScript("node_modules/typescript/bin/tsc", ["--project", place.folder]);
}
