/** Which collections a command is about: those that it names, or all. */
import { closestMatch } from "leven";
import { problemError, ProblemError, type Problem } from "../problem.js";
import type { AppCollection, AppUnit } from "./app.js";

/** Of one data set, or a collection alone: all of it, or some. */
export interface Choice {
  readonly unit: AppUnit;
  readonly collections: readonly AppCollection[];
  readonly isWhole: boolean;
}

/**
 * `geo` is a data set, `city` or `geo.city` a collection, whatever the case; no name means all. Throws a
 * ProblemError with every name that is unknown or means several.
 */
export function choose(units: readonly AppUnit[], names: readonly string[]): readonly Choice[] {
  const problems = names.flatMap((name) => problemOf(units, name) ?? []);
  if (problems.length > 0) throw new ProblemError(problems);
  return units.flatMap((unit): Choice[] => {
    const isNamed = ({ name, collection }: Named): boolean =>
      names.length === 0 || names.some((each) => means(each, { name, collection }));
    if (isNamed({ name: unit.name, collection: undefined })) {
      return [{ unit, collections: unit.collections, isWhole: true }];
    }
    const collections = unit.collections.filter((collection) =>
      isNamed({ name: collection.name, collection }),
    );
    const isWhole = collections.length === unit.collections.length;
    return collections.length === 0 ? [] : [{ unit, collections, isWhole }];
  });
}

/** The one collection of that name. Throws a ProblemError when there is none, or several. */
export function chooseOne(units: readonly AppUnit[], name: string): AppCollection {
  const [choice] = choose(units, [name]);
  const [collection, ...others] = choice?.collections ?? [];
  if (collection !== undefined && others.length === 0) return collection;
  const fact = `${name} is a data set of several collections`;
  const names = [collection, ...others].map((each) => each?.name).join(", ");
  throw problemError({ code: "ambiguous-collection", fact, fix: `name one: ${names}` });
}

/** A unit, or a collection of one. */
interface Named {
  readonly name: string;
  readonly collection: AppCollection | undefined;
}

function means(given: string, { name, collection }: Named): boolean {
  const names = [name, collection?.property, collection?.entityClass.definition.entity];
  return names.some((each) => each?.toLowerCase() === given.toLowerCase());
}

function problemOf(units: readonly AppUnit[], given: string): Problem | undefined {
  const all = units.flatMap(({ name, collections, dataset }): Named[] => {
    const members = collections.map((collection) => ({ name: collection.name, collection }));
    return dataset === undefined ? members : [{ name, collection: undefined }, ...members];
  });
  const found = all.filter((named) => means(given, named));
  // A data set may be called as one of its collections is.
  if (found.length === 1 || found.filter(isDataset).length === 1) return undefined;
  const [first] = found;
  if (first === undefined) return unknown(given, all);
  const fact = `${given} may be ${found.map(({ name }) => name).join(" or ")}`;
  const fix = "write the whole name; of two with the same name let app export one";
  return { code: "ambiguous-collection", path: undefined, fact, fix };
}

function isDataset({ collection }: Named): boolean {
  return collection === undefined;
}

function unknown(given: string, all: readonly Named[]): Problem {
  const names = all.flatMap(({ name, collection }) => [name, collection?.property ?? name]);
  const near = closestMatch(given, names, { maxDistance: Math.min(3, given.length - 1) });
  return {
    code: "unknown-collection",
    path: undefined,
    fact: `app gives no collection "${given}"`,
    fix: `write ${near ?? `one of ${all.map(({ name }) => name).join(", ")}`}`,
  };
}
