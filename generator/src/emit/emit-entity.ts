/** What is generated for an entity: its records, its reader, its definition, snapshot and collection. */
import type {
  ClassDeclarationStructure,
  GetAccessorDeclarationStructure,
  OptionalKind,
} from "ts-morph";
import type { Entity, Schema } from "../model.js";
import { definitionObject, definitionOf } from "./definition.js";
import { ownDoc } from "./doc.js";
import { codecFunctions, recordInterfaces } from "./emit-types.js";
import { printInBody } from "./layout.js";
import type { Constants } from "./names.js";
import {
  docs,
  exportedAlias,
  exportedClass,
  exportedInterface,
  localFunction,
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
    ...readerTypes(entity),
    definitionFunction(schema, entity),
    snapshotClass(entity),
    collectionClass(entity),
    ...codecFunctions(name, fields, `${definitionOf(name)}.fields`, constants),
  ];
}

/** How the entity's classes are called, by whether it has a key. */
function kindOf(entity: Entity): { readonly kind: string; readonly types: string } {
  const { name, key } = entity;
  return key.length === 0
    ? { kind: "Sequence", types: name }
    : { kind: "Mapping", types: `${keyType(entity)}, ${name}` };
}

/**
 * The views stand in an interface of their own, so that the compiler compares the classes with these alone: what
 * all readers have it has compared in the runtime's classes.
 */
function readerTypes(entity: Entity): Statement[] {
  const { name, views } = entity;
  const { kind, types } = kindOf(entity);
  const properties = views.map((view) => ({
    name: view.name,
    type: viewType(entity, view),
    docs: docs(view.doc),
  }));
  const doc = ownDoc(`What can be read of ${name}: on a snapshot, and on the collection itself.`);
  const reader = `cc.${kind}Reader<${types}>`;
  if (views.length === 0) return [exportedAlias(`${name}Reader`, doc, reader)];
  return [
    exportedInterface(`${name}Views`, ownDoc(`The views of ${name}.`), properties),
    exportedAlias(`${name}Reader`, doc, `${reader} & ${name}Views`),
  ];
}

function definitionType(name: string): string {
  return `cc.EntityDefinition<${name}, ${name}Input>`;
}

/**
 * The definition stands in the snapshot's class. Were it a constant of the module, the compiler would look through
 * all such constants for what each class extends: time that grows with the square of the number of entities.
 */
function definitionFunction(schema: Schema, entity: Entity): Statement {
  const { name } = entity;
  const description = definitionObject(schema, entity);
  return localFunction(`define${name}`, {}, definitionType(name), [
    printInBody("return ", description, ";"),
  ]);
}

type Getter = OptionalKind<GetAccessorDeclarationStructure>;

function viewGetters(entity: Entity, read: (method: string, view: string) => string): Getter[] {
  return entity.views.map(({ name, view }) => ({
    name,
    returnType: `${entity.name}Views["${name}"]`,
    statements: [`return ${read(view, name)};`],
  }));
}

/** What the entity's classes implement. */
function viewsOf({ name, views }: Entity): string[] {
  return views.length === 0 ? [] : [`${name}Views`];
}

function snapshotClass(entity: Entity): Statement {
  const { name } = entity;
  const { kind, types } = kindOf(entity);
  return exportedClass(`${name}Snapshot`, ownDoc(`One revision of ${name}; it never changes.`), {
    extends: `cc.${kind}Snapshot<${types}>`,
    implements: viewsOf(entity),
    properties: [
      staticProperty("definition", definitionType(name), `define${name}()`, DEFINITION_DOC),
    ],
    getAccessors: viewGetters(entity, (method, view) => `this.${method}("${view}")`),
  });
}

const DEFINITION_DOC = "What the runtime knows of the schema.";

function collectionClass(entity: Entity): Statement {
  const { name } = entity;
  const { kind, types } = kindOf(entity);
  const definition = definitionOf(name);
  const doc =
    `${name} in the memory of this process: reads answer from the newest revision it has.\n` +
    "Constructing it starts nothing; await ready() before the first read.";
  return exportedClass(`${name}${kind}`, ownDoc(doc), {
    extends: `cc.${kind}<${types}, ${name}Input, ${name}Snapshot>`,
    implements: viewsOf(entity),
    properties: [
      staticProperty(
        "hash",
        "string",
        `${definition}.hash`,
        "The schema hash: the version of this build.",
      ),
      staticProperty("definition", "cc.AnyEntityDefinition", definition, DEFINITION_DOC),
    ],
    ctors: [collectionConstructor(name, definition)],
    getAccessors: viewGetters(entity, (_, view) => `this.snapshot().${view}`),
  });
}

type Property = NonNullable<ClassDeclarationStructure["properties"]>[number];

function staticProperty(name: string, type: string, initializer: string, doc: string): Property {
  return { name, isStatic: true, isReadonly: true, type, initializer, docs: [doc] };
}

type Constructor = NonNullable<ClassDeclarationStructure["ctors"]>[number];

function collectionConstructor(name: string, definition: string): Constructor {
  const options = `cc.CollectionOptions<${name}Input, ${name}Snapshot>`;
  return {
    parameters: [
      { name: "store", type: "cc.Store" },
      { name: "options", type: options, hasQuestionToken: true },
    ],
    statements: [`super(${definition}, ${name}Snapshot, store, options);`],
  };
}
