/**
 * What remains of YAML for the check: texts, lists and maps with their places. Scalars are kept as the source
 * text, so that no reader of numbers, booleans or dates can change what the user wrote.
 */
import type { Span } from "./source-file.js";

/** A scalar. An empty value is a text node with an empty, unquoted text. */
export interface TextNode {
  readonly kind: "text";
  readonly text: string;
  readonly quoted: boolean;
  readonly span: Span;
}

export interface ListNode {
  readonly kind: "list";
  readonly items: readonly Node[];
  readonly span: Span;
}

export interface MapNode {
  readonly kind: "map";
  /** In source order, each key once. */
  readonly entries: readonly Entry[];
  readonly span: Span;
}

/** Something already reported; whoever reads it keeps silent. */
export interface BrokenNode {
  readonly kind: "broken";
  readonly span: Span;
}

export interface Entry {
  readonly key: TextNode;
  readonly value: Node;
}

export type Node = TextNode | ListNode | MapNode | BrokenNode;

/** Whether YAML calls it null: nothing, `~` or `null`. */
export function isNull(node: Node): boolean {
  return node.kind === "text" && !node.quoted && /^(?:|~|null|Null|NULL)$/.test(node.text);
}
