/** Names so long that lines have to be broken wherever the language allows it: the code still compiles and runs. */
import { emitProto, emitTypeScript } from "@cached-collections/generator";
import { afterAll, describe, expect, test } from "vitest";
import { compiled, decoded, definitionOf, encoded, GeneratedProject } from "./generated-code.js";

const WIDTH = 100;

/** One derived name that leaves no room; the words before it must stand on its line. */
const UNBREAKABLE = /^ *(?:\* |export interface |readonly )?["\w.]{85,}\W*(?:\d+;)?$/;

/** A name of so many characters that begins with a word. */
type Name = (word: string) => string;

/** Every form of field, key, view and reference that has lines of its own in generated code. */
function schemaText(name: Name): string {
  const [entity, owner, banner] = ["City", "Owner", "Banner"].map(name);
  return `
package: long
enums:
  ${name("Kind")}: [${name("first")}, ${name("second")}]
types:
  ${name("Point")}:
    fields: { ${name("lat")}: double, ${name("label")}: "string?", ${name("kind")}: "${name("Kind")}?" }
entities:
  ${owner}:
    key: [${name("country")}, ${name("code")}]
    fields: { ${name("country")}: string, ${name("code")}: uint32 }
  ${entity}:
    key: ${name("id")}
    fields:
      ${name("id")}: uint32
      ${name("text")}: string
      ${name("maybe")}: string?
      ${name("price")}: decimal(2)
      ${name("number")}: { type: uint32, default: 7 }
      ${name("count")}: { type: int64?, as: number }
      ${name("kind")}: ${name("Kind")}
      ${name("point")}: ${name("Point")}
      ${name("otherPoint")}: ${name("Point")}?
      ${name("kinds")}: ${name("Kind")}[]
      ${name("points")}: ${name("Point")}[]
      ${name("numbers")}: uint32[]
      ${name("flags")}: map<bool, ${name("Point")}>
      ${name("labels")}: map<string, ${name("Kind")}>
      ${name("extra")}: json
      ${name("country")}: string?
      ${name("code")}: uint32?
      ${name("codes")}: uint32[]
    references:
      ${name("owner")}: { to: ${owner}, by: [${name("country")}, ${name("code")}], dangling: warn }
      ${name("parent")}: { to: ${entity}, by: ${name("code")}, dangling: warn }
      ${name("neighbours")}: { to: ${entity}, by: ${name("codes")}, dangling: warn }
    views:
      ${name("byPlace")}: { group: [${name("point")}.${name("label")}, ${name("kind")}], sort: -${name("otherPoint")}.${name("lat")} }
      ${name("byNumber")}: { group: ${name("numbers")}, where: { ${name("maybe")}: { exists: true }, ${name("kind")}: { in: [${name("first")}] } } }
      ${name("byText")}: { unique: [${name("text")}, ${name("maybe")}], where: { ${name("text")}: { gte: "m" } } }
      ${name("byCount")}: { sort: [-${name("count")}, ${name("price")}], limit: 100000 }
  ${banner}:
    fields: { ${name("text")}: string }
`;
}

describe.each([30, 45, 64])("names of %i characters", (length) => {
  const name: Name = (word) => `${word}${"WithManyLetters".repeat(5)}`.slice(0, length);
  const project = new GeneratedProject();
  afterAll(() => project.remove());
  const schema = compiled(schemaText(name));

  test("no line is too long that could be broken", () => {
    const lines = `${emitTypeScript(schema)}${emitProto(schema)}`.split("\n");
    const long = lines.filter((line) => line.length > WIDTH);
    expect(long.filter((line) => !UNBREAKABLE.test(line))).toEqual([]);
  });

  test("what is generated compiles, and gives rows back", async () => {
    const module = (await import(project.write("long", schema))) as object;
    expect(await project.typeErrors()).toBe("");
    const point = {
      [name("lat")]: 1.5,
      [name("label")]: undefined,
      [name("kind")]: name("second"),
    };
    const record = {
      [name("id")]: 1,
      [name("text")]: "text",
      [name("maybe")]: "m",
      [name("price")]: "1.50",
      [name("number")]: 8,
      [name("count")]: 9,
      [name("kind")]: name("first"),
      [name("point")]: point,
      [name("otherPoint")]: undefined,
      [name("kinds")]: [name("first")],
      [name("points")]: [point],
      [name("numbers")]: [1, 2],
      [name("flags")]: { true: point },
      [name("labels")]: { a: name("second") },
      [name("extra")]: { a: 1 },
      [name("country")]: "FR",
      [name("code")]: 1,
      [name("codes")]: [1],
    };
    const definition = definitionOf(module, name("City"));
    expect(decoded(definition, encoded(definition, record))).toEqual(record);
  });
});
