/** `--print-canonical`: the texts that schema hashes are taken of, to see why a version changed. */
import { closestMatch } from "leven";
import type { Schema } from "@cached-collections/generator";
import type { Generator } from "./codegen-generator.js";
import type { CanonicalEntity } from "./codegen-report.js";
import { ProblemError, type Problem } from "../problem.js";

/** The entity of this name, with or without its package, or all. Throws a ProblemError when it is not one. */
export function canonicalEntities(
  generator: Generator,
  schemas: readonly Schema[],
  name: string | undefined,
): readonly CanonicalEntity[] {
  const all = schemas.flatMap((schema) =>
    schema.entities.map((entity) => ({
      name: entity.name,
      entity: `${schema.package}.${entity.name}`,
      hash: entity.hash,
      text: generator.canonicalText(schema, entity),
    })),
  );
  const found = all.filter(
    (each) => name === undefined || name === each.name || name === each.entity,
  );
  if (name !== undefined && found.length !== 1) {
    const near = closestMatch(name, [...all.map((each) => each.name), ...all.map((e) => e.entity)]);
    throw new ProblemError([found.length === 0 ? missing(name, near) : ambiguous(name, found)]);
  }
  return found.map(({ entity, hash, text }) => ({ entity, hash, text }));
}

function missing(name: string, near: string | undefined): Problem {
  const fix = near === undefined ? "add an entity to a schema" : `write ${near}`;
  return { code: "no-entity", path: undefined, fact: `no schema has an entity ${name}`, fix };
}

function ambiguous(name: string, found: readonly CanonicalEntity[]): Problem {
  const fix = `write ${found.map(({ entity }) => entity).join(" or ")}`;
  const fact = `several schemas have an entity ${name}`;
  return { code: "ambiguous-entity", path: undefined, fact, fix };
}
