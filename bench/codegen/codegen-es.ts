/**
 * protoc with protoc-gen-es on the .proto files that codegen gives for the same schemas: the messages alone.
 * Not for 1,000 entities: over one file of that size protoc-gen-es had not ended after nine minutes.
 */
import { findProtoc } from "../../test/support/find-protoc.js";
import { schemaOf } from "./schemas.js";
import { inWorkplace, ROOT } from "./workplace.js";
import { childAlone } from "../measure/child.js";

const CLI = "cli/bin/cached-collections.js";
const PLUGIN = `--plugin=protoc-gen-es=${ROOT}node_modules/.bin/protoc-gen-es`;

childAlone(async () => {
  const protoc = await findProtoc();
  if (protoc === undefined)
    throw new Error("no protoc: install protobuf-compiler, or say where it is in PROTOC");
  const measured = [1, 10, 100].map((entities): [string, number] => [
    `entities:${entities}`,
    esMs(protoc, "sized", schemaOf(entities)),
  ]);
  return { geo: esMs(protoc, "geo", undefined), ...Object.fromEntries(measured) };
});

function esMs(protoc: string, name: string, schema: string | undefined): number {
  return inWorkplace((place) => {
    if (schema === undefined) place.copy(`schema/${name}.yaml`, `schema/${name}.yaml`);
    else place.write(`schema/${name}.yaml`, schema);
    place.timeScript(CLI, ["codegen"]);
    place.write("es/README", "");
    const args = [PLUGIN, "--es_out=es", "--es_opt=target=ts", "-I", "generated"];
    return place.timeProgram(protoc, [...args, `generated/${name}.proto`]);
  });
}
