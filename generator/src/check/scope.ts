/** What the names in the types of a schema mean, over all its files. */
import type { Enum, ValueType } from "../model.js";
import type { Reporter } from "../parse/reporter.js";
import type { Span } from "../parse/source-file.js";
import type { Node } from "../parse/tree.js";

/** How TypeScript holds a kind of number or time, once per file. */
export interface Representation {
  readonly int64: "bigint" | "number" | "string";
  readonly uint64: "bigint" | "number" | "string";
  readonly timestamp: "date" | "number";
}

/** One file being checked. */
export interface FileContext {
  readonly reporter: Reporter;
  readonly as: Representation;
}

/** A value type: resolved when first used, since types may be declared in any order. */
export interface DeclaredType {
  readonly name: string;
  readonly node: Node;
  readonly span: Span;
  readonly context: FileContext;
  state: "waiting" | "open" | "done";
  /** Undefined when done and broken. */
  type: ValueType | undefined;
  /** Levels of value types inside, itself included. */
  depth: number;
}

export interface Scope {
  /** Undefined: declared, but broken; whoever uses it keeps silent. */
  readonly enums: Map<string, Enum | undefined>;
  readonly types: Map<string, DeclaredType>;
  readonly entities: ReadonlySet<string>;
  /** Whether an import could not be read: then a name that is not declared may be one of its. */
  readonly lacksImports: boolean;
  /** How many value types are being resolved, each inside the one before. */
  openTypes: number;
  /** The value type behind a declaration; undefined when broken. `onCycle`: it is being resolved already. */
  readonly valueType: (declared: DeclaredType, onCycle: () => void) => ValueType | undefined;
}
