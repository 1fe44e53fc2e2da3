/** The types of views in a reader, and the interfaces of composite keys. */
import type { Entity, FieldPath, GroupView, UniqueView, View } from "../model.js";
import { takesPrefix } from "../model.js";
import { ownDoc } from "./doc.js";
import { generic, print, type Code } from "./layout.js";
import { componentType, recordType } from "./type-text.js";

/** The type of the view's property. */
export function viewType(entity: Entity, view: View): string {
  const column = `  readonly ${view.name}: `.length;
  return print(viewCode(entity.name, view), 2, column);
}

function viewCode(record: string, view: View): Code {
  const sorted = view.sort.length > 0;
  switch (view.view) {
    case "group": {
      const list = sorted ? [generic("cc.SortedList", [record, ...sortedBy(view)])] : [];
      return generic("cc.GroupView", [groupKeyType(view), record, ...list]);
    }
    case "unique":
      return generic("cc.UniqueView", [uniqueKeyType(view), record]);
    case "sorted":
      if (!sorted) return generic("cc.RecordList", [record]);
      return generic("cc.SortedView", [record, ...sortedBy(view)]);
  }
}

/** The first sort field's type, and the bounds it takes where they are not the plain ones. */
function sortedBy(view: View): string[] {
  if (takesPrefix(view)) return ["string", "cc.TextRange"];
  return view.sort.slice(0, 1).map((first) => recordType(first.type));
}

function groupKeyType({ keyName, by, each }: GroupView): string {
  return keyName ?? by.map((path) => componentType(path, !each)).join("");
}

function uniqueKeyType({ keyName, by }: UniqueView): string {
  return keyName ?? by.map((path) => componentType(path, false)).join("");
}

/** An interface for a composite key. */
export interface KeyInterface {
  readonly name: string;
  readonly doc: string;
  readonly properties: readonly { readonly name: string; readonly type: string }[];
}

/** Those of the entity itself and of its views. */
export function keyInterfaces(entity: Entity): KeyInterface[] {
  const interfaces: KeyInterface[] = [];
  if (entity.keyName !== undefined) {
    const doc = ownDoc(`The key of ${entity.name}.`);
    interfaces.push({ name: entity.keyName, doc, properties: components(entity.key, false) });
  }
  for (const view of entity.views) {
    if (view.view === "sorted" || view.keyName === undefined) continue;
    const doc = ownDoc(`The key of ${entity.name}.${view.name}.`);
    const properties = components(view.by, view.view === "group");
    interfaces.push({ name: view.keyName, doc, properties });
  }
  return interfaces;
}

function components(by: readonly FieldPath[], unset: boolean): KeyInterface["properties"] {
  return by.map((path) => ({ name: path.name, type: componentType(path, unset) }));
}
