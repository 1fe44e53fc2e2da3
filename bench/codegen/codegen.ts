/** `cached-collections codegen` as a whole process: of geo.yaml, and of schemas of 1 to 1,000 entities. */
import { schemaOf } from "./schemas.js";
import { inWorkplace, type Workplace } from "./workplace.js";
import { childAlone } from "../measure/child.js";

const CLI = "cli/bin/cached-collections.js";

childAlone(() => {
  const geo = inWorkplace((place) => {
    place.copy("schema/geo.yaml", "schema/geo.yaml");
    return codegenMs(place);
  });
  const [one, ten, hundred, thousand] = [1, 10, 100, 1000].map((entities) =>
    inWorkplace((place) => {
      place.write("schema/sized.yaml", schemaOf(entities));
      return codegenMs(place);
    }),
  ) as [number, number, number, number];
  return {
    geo,
    "entities:1": one,
    "entities:10": ten,
    "entities:100": hundred,
    "entities:1000": thousand,
    "each:1-100": (hundred - one) / 99,
    "each:100-1000": (thousand - hundred) / 900,
  };
});

function codegenMs(place: Workplace): number {
  return place.timeScript(CLI, ["codegen"]);
}
