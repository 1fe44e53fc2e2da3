/** What is generated for the schema as a whole: its snapshot, with references to follow, and its data set. */
import type { ClassDeclarationStructure } from "ts-morph";
import type { Entity, Reference, Schema } from "../model.js";
import { access, unsetTests } from "./access.js";
import { definitionOf, referenceKey } from "./definition.js";
import { ownDoc } from "./doc.js";
import { object, print } from "./layout.js";
import type { Constants } from "./names.js";
import { constant, docs, exportedClass, exportedInterface, type Statement } from "./structures.js";

export function datasetStatements(schema: Schema, constants: Constants): Statement[] {
  return [
    ...schema.entities.filter(hasReferences).map((entity) => referringSnapshot(schema, entity)),
    inputsInterface(schema),
    definitionConstant(schema, constants),
    snapshotClass(schema, constants),
    datasetClass(schema, constants),
  ];
}

function hasReferences(entity: Entity): boolean {
  return entity.references.length > 0;
}

/** The class of an entity's snapshot within the data set's. */
function snapshotName(schema: Schema, entity: Entity): string {
  return hasReferences(entity) ? `${schema.name}${entity.name}Snapshot` : `${entity.name}Snapshot`;
}

function referringSnapshot(schema: Schema, entity: Entity): Statement {
  const { name } = entity;
  const whole = `${schema.name}Snapshot`;
  return exportedClass(
    snapshotName(schema, entity),
    ownDoc(`${name} in a ${whole}, where references lead somewhere.`),
    {
      extends: `${name}Snapshot`,
      properties: [{ name: "#dataset", isReadonly: true, type: whole }],
      ctors: [
        {
          parameters: [
            { name: "core", type: `cc.SnapshotCore<${name}>` },
            { name: "dataset", type: whole },
          ],
          statements: ["super(core);", "this.#dataset = dataset;"],
        },
      ],
      methods: entity.references.map((reference) => referenceMethod(schema, entity, reference)),
    },
  );
}

type Method = NonNullable<ClassDeclarationStructure["methods"]>[number];

function referenceMethod(schema: Schema, entity: Entity, reference: Reference): Method {
  const target = schema.entities.find(({ name }) => name === reference.to);
  const mapping = `this.#dataset.${target?.property ?? ""}`;
  return {
    name: reference.name,
    docs: docs(reference.doc ?? ownDoc(referenceDoc(reference))),
    parameters: [{ name: "record", type: entity.name }],
    returnType: reference.each ? `readonly ${reference.to}[]` : `${reference.to} | undefined`,
    statements: [
      reference.each ? followAll(reference, mapping) : followOne(schema, reference, mapping),
    ],
  };
}

function referenceDoc({ to, each }: Reference): string {
  return each
    ? `The ${to} records it refers to; those that do not exist are left out.`
    : `The ${to} it refers to; undefined when there is none.`;
}

function followAll({ by }: Reference, mapping: string): string {
  const keys = by.map((path) => (path.optional ? `${access(path)} ?? []` : access(path))).join("");
  return `return cc.getAll(${mapping}, ${keys});`;
}

function followOne(schema: Schema, reference: Reference, mapping: string): string {
  const unset = unsetTests(reference.by);
  const found = `${mapping}.get(${referenceKey(schema, reference)})`;
  if (unset.length === 0) return `return ${found};`;
  return `if (${unset.join(" || ")}) return undefined;\nreturn ${found};`;
}

function inputsInterface({ name, entities }: Schema): Statement {
  const properties = entities.map((entity) => ({
    name: entity.property,
    type: `${entity.name}Input`,
  }));
  return exportedInterface(
    `${name}Inputs`,
    ownDoc(`What a loader gives for each collection of ${name}.`),
    properties,
  );
}

function definitionConstant(schema: Schema, constants: Constants): Statement {
  const entities = schema.entities.map(
    (entity) => [entity.property, definitionOf(entity.name)] as const,
  );
  const list = print(object(Object.fromEntries(entities)), 2, "  entities: ".length);
  return constant(
    constants.dataset,
    "cc.DatasetDefinition",
    `{\n  package: ${JSON.stringify(schema.package)},\n  entities: ${list},\n}`,
  );
}

function snapshotClass(schema: Schema, constants: Constants): Statement {
  const { name, entities } = schema;
  const member = (entity: Entity): Property => {
    const core = `this.cores.of(${definitionOf(entity.name)})`;
    const values = hasReferences(entity) ? `${core}, this` : core;
    return memberProperty(entity, snapshotName(schema, entity), values);
  };
  return exportedClass(
    `${name}Snapshot`,
    ownDoc(`One state of all collections of ${name}; it never changes.`),
    {
      extends: "cc.DatasetSnapshot",
      properties: entities.map(member),
      methods: [ofMethod(schema, constants)],
    },
  );
}

type Property = NonNullable<ClassDeclarationStructure["properties"]>[number];

/** A field with its value: assignments in a constructor cost the compiler time by the square of their number. */
function memberProperty({ property }: Entity, type: string, values: string): Property {
  return { name: property, isReadonly: true, type, initializer: `new ${type}(${values})` };
}

function ofMethod({ name }: Schema, constants: Constants): Method {
  return {
    name: "of",
    isStatic: true,
    docs: ["Builds a snapshot from rows, without a store: for tests. What is left out is empty."],
    parameters: [{ name: "rows", type: `cc.RowsByName<${name}Inputs>` }],
    returnType: `${name}Snapshot`,
    statements: [`return new ${name}Snapshot(cc.coresOf(${constants.dataset}, rows));`],
  };
}

function datasetClass(schema: Schema, constants: Constants): Statement {
  const { name, entities } = schema;
  const collection = (entity: Entity): string =>
    `${entity.name}${entity.key.length === 0 ? "Sequence" : "Mapping"}`;
  const member = (entity: Entity): Property =>
    memberProperty(entity, collection(entity), `this.store, this.optionsOf("${entity.property}")`);
  const doc =
    `All collections of ${name}, pushed and installed together.\n` +
    "Constructing it starts nothing; await ready() before the first read.";
  return exportedClass(
    `${name}Dataset`,
    schema.doc === undefined ? ownDoc(doc) : `${ownDoc(doc)}\n\n${schema.doc}`,
    {
      extends: `cc.Dataset<${name}Snapshot, ${name}Inputs>`,
      properties: [
        {
          name: "definition",
          isStatic: true,
          isReadonly: true,
          type: "cc.DatasetDefinition",
          initializer: constants.dataset,
          docs: ["What the runtime knows of the schema."],
        },
        ...entities.map(member),
      ],
      ctors: [
        {
          parameters: [
            { name: "store", type: "cc.Store" },
            {
              name: "options",
              type: `cc.DatasetOptions<${name}Inputs, ${name}Snapshot>`,
              hasQuestionToken: true,
            },
          ],
          statements: [`super(${constants.dataset}, ${name}Snapshot, store, options);`],
        },
      ],
    },
  );
}
