/** What is generated for an entity: its records, its reader, its definition, snapshot and collection. */
import type {
  ClassDeclarationStructure,
  GetAccessorDeclarationStructure,
  OptionalKind,
} from "ts-morph";
import type { Entity, Schema } from "../model.js";
import { definitionProperties } from "./definition.js";
import { codecFunctions, fieldNames, recordInterfaces } from "./emit-types.js";
import { print } from "./layout.js";
import type { Constants } from "./names.js";
import {
  constant,
  docs,
  exportedAlias,
  exportedClass,
  exportedInterface,
  type Statement,
} from "./structures.js";
import { keyType } from "./type-text.js";
import { keyInterfaces, viewType } from "./view-types.js";

export function entityStatements(
  schema: Schema,
  entity: Entity,
  constants: Constants,
): Statement[] {
  const { name, doc, fields } = entity;
  const keys = keyInterfaces(entity).map((each) =>
    exportedInterface(each.name, each.doc, each.properties),
  );
  return [
    ...recordInterfaces(name, doc, fields),
    ...keys,
    readerInterface(entity),
    fieldNames(name, fields, constants),
    definitionConstant(schema, entity, constants),
    snapshotClass(entity, constants),
    collectionClass(entity, constants),
    ...codecFunctions(name, fields, constants),
  ];
}

/** How the entity's classes are called, by whether it has a key. */
function kindOf(entity: Entity): { readonly kind: string; readonly types: string } {
  const { name, key } = entity;
  return key.length === 0
    ? { kind: "Sequence", types: name }
    : { kind: "Mapping", types: `${keyType(entity)}, ${name}` };
}

function readerInterface(entity: Entity): Statement {
  const { name, views } = entity;
  const { kind, types } = kindOf(entity);
  const properties = views.map((view) => ({
    name: view.name,
    type: viewType(entity, view),
    docs: docs(view.doc),
  }));
  const doc = `What can be read of ${name}: on a snapshot, and on the collection itself.`;
  const base = `cc.${kind}Reader<${types}>`;
  if (properties.length === 0) return exportedAlias(`${name}Reader`, doc, base);
  return exportedInterface(`${name}Reader`, doc, properties, [base]);
}

function definitionConstant(schema: Schema, entity: Entity, constants: Constants): Statement {
  const properties = definitionProperties(schema, entity, constants);
  const lines = Object.entries(properties).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [`  ${name}: ${print(value, 2, name.length + 4)},\n`];
  });
  return constant(
    constants.definition(entity.name),
    `cc.EntityDefinition<${entity.name}, ${entity.name}Input>`,
    `{\n${lines.join("")}}`,
  );
}

type Getter = OptionalKind<GetAccessorDeclarationStructure>;

function viewGetters(entity: Entity, read: (method: string, view: string) => string): Getter[] {
  return entity.views.map(({ name, view }) => ({
    name,
    returnType: `${entity.name}Reader["${name}"]`,
    statements: [`return ${read(view, name)};`],
  }));
}

function snapshotClass(entity: Entity, constants: Constants): Statement {
  const { name } = entity;
  const { kind, types } = kindOf(entity);
  const core = `cc.coreOf(${constants.definition(name)}, rows)`;
  return exportedClass(`${name}Snapshot`, `One revision of ${name}; it never changes.`, {
    extends: `cc.${kind}Snapshot<${types}>`,
    implements: [`${name}Reader`],
    methods: [
      {
        name: "of",
        isStatic: true,
        docs: ["Builds a snapshot from rows, without a store: for tests."],
        parameters: [{ name: "rows", type: `cc.Iterable<${name}Input>` }],
        returnType: `${name}Snapshot`,
        statements: [`return new ${name}Snapshot(${core});`],
      },
    ],
    getAccessors: viewGetters(entity, (method, view) => `this.core.${method}("${view}")`),
  });
}

function collectionClass(entity: Entity, constants: Constants): Statement {
  const { name } = entity;
  const { kind, types } = kindOf(entity);
  const definition = constants.definition(name);
  const doc =
    `${name} in the memory of this process: reads answer from the newest revision it has.\n` +
    "Constructing it starts nothing; await ready() before the first read.";
  return exportedClass(`${name}${kind}`, doc, {
    extends: `cc.${kind}<${types}, ${name}Input, ${name}Snapshot>`,
    implements: [`${name}Reader`],
    properties: [
      {
        name: "hash",
        isStatic: true,
        isReadonly: true,
        type: "string",
        initializer: `${definition}.hash`,
        docs: ["The schema hash: the version of this build."],
      },
    ],
    ctors: [collectionConstructor(name, definition)],
    methods: versionMethods(definition),
    getAccessors: viewGetters(entity, (_, view) => `this.snapshot().${view}`),
  });
}

type Constructor = NonNullable<ClassDeclarationStructure["ctors"]>[number];
type Method = NonNullable<ClassDeclarationStructure["methods"]>[number];

function collectionConstructor(name: string, definition: string): Constructor {
  const options = `cc.CollectionOptions<${name}Input, ${name}Snapshot>`;
  return {
    parameters: [
      { name: "store", type: "cc.Store" },
      { name: "options", type: options, initializer: "{}" },
    ],
    statements: [`super(${definition}, ${name}Snapshot, store, options);`],
  };
}

/** What concerns all versions, so that it needs no instance. */
function versionMethods(definition: string): Method[] {
  const store = { name: "store", type: "cc.Store" };
  return [
    {
      name: "versions",
      isStatic: true,
      docs: ["All versions in the store, newest publication first."],
      parameters: [store],
      returnType: "cc.Promise<readonly cc.VersionInfo[]>",
      statements: [`return cc.versions(${definition}, store);`],
    },
    {
      name: "purge",
      isStatic: true,
      docs: ["Removes a version from the store; false when there was none."],
      parameters: [store, { name: "hash", type: "string" }],
      returnType: "cc.Promise<boolean>",
      statements: [`return cc.purge(${definition}, store, hash);`],
    },
    {
      name: "prune",
      isStatic: true,
      docs: ["Removes old versions, never this build's nor one in use; returns their hashes."],
      parameters: [store, { name: "options", type: "cc.PruneOptions" }],
      returnType: "cc.Promise<readonly string[]>",
      statements: [`return cc.prune(${definition}, store, options);`],
    },
    ...pinMethods(definition),
  ];
}

/** Going back, and holding what is served. */
function pinMethods(definition: string): Method[] {
  const store = { name: "store", type: "cc.Store" };
  const returnType = "cc.Promise<number>";
  return [
    {
      name: "rollback",
      isStatic: true,
      docs: [
        "Serves an older revision again, as a new one, until the next push; returns its number.",
      ],
      parameters: [store, { name: "options", type: "cc.RollbackOptions" }],
      returnType,
      statements: [`return cc.rollback(${definition}, store, options);`],
    },
    {
      name: "pin",
      isStatic: true,
      docs: ["Serves one revision and holds back what is pushed, until unpin; returns its number."],
      parameters: [store, { name: "options", type: "cc.PinOptions", initializer: "{}" }],
      returnType,
      statements: [`return cc.pin(${definition}, store, options);`],
    },
    {
      name: "unpin",
      isStatic: true,
      docs: ["Serves what a pin held back; returns its number."],
      parameters: [store, { name: "hash", type: "string", hasQuestionToken: true }],
      returnType,
      statements: [`return cc.unpin(${definition}, store, hash);`],
    },
  ];
}
