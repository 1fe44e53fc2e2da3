/** `key`: the fields that identify a record. */
import type { FieldPath, IndexType } from "../model.js";
import type { Reporter } from "../parse/reporter.js";
import type { Node, TextNode } from "../parse/tree.js";
import { readNames } from "./read.js";
import { indexTypeOf, resolvePath, typedPath, type PathRoot } from "./resolve-path.js";
import { typeText } from "./type-text.js";

/** The most components of a key. */
const MAX_COMPONENTS = 16;

const KEY_KINDS = new Set(["string", "bool", "int32", "uint32", "int64", "uint64", "enum"]);

export function checkKey(
  reporter: Reporter,
  root: PathRoot,
  node: Node,
): readonly FieldPath[] | undefined {
  const texts = readNames(reporter, node, `the key of ${root.name}`);
  if (texts === undefined || refusesRepetition(reporter, texts, "the key")) return undefined;
  const paths = texts.map((text) => keyPath(reporter, root, text));
  return paths.every((path) => path !== undefined) ? paths : undefined;
}

function keyPath(reporter: Reporter, root: PathRoot, text: TextNode): FieldPath | undefined {
  if (text.text.includes(".")) {
    const fact = `the key names ${text.text}, and a key is made of the entity's own fields`;
    reporter.add("bad-key", text.span, fact, "copy the value into a field of the entity");
    return undefined;
  }
  const path = resolvePath(reporter, root, text);
  if (path === undefined) return undefined;
  const field = path.steps[0];
  if (path.optional || field?.default !== undefined) {
    const why = path.optional ? "is optional" : "has a default";
    const fact = `${text.text} ${why}, and every record must be given its key`;
    reporter.add(
      "bad-key",
      text.span,
      fact,
      path.optional ? "remove the ? of its type" : "remove the default",
    );
    return undefined;
  }
  const type = keyTypeOf(path);
  if (type !== undefined) return typedPath(path, type);
  const fact = `${text.text} is ${typeText(path.type)}, which cannot be a key`;
  const fix = "use a field of type string, bool, an integer type or an enum";
  reporter.add("bad-key", text.span, fact, fix);
  return undefined;
}

function keyTypeOf(path: FieldPath<Parameters<typeof indexTypeOf>[0]>): IndexType | undefined {
  return KEY_KINDS.has(path.type.kind) ? indexTypeOf(path.type) : undefined;
}

/** One component twice, or too many of them. */
export function refusesRepetition(
  reporter: Reporter,
  texts: readonly TextNode[],
  what: string,
): boolean {
  const seen = new Set<string>();
  for (const { text, span } of texts) {
    if (seen.has(text)) {
      reporter.add("repeated-field", span, `${what} names ${text} twice`, "remove one of them");
      return true;
    }
    seen.add(text);
    if (seen.size <= MAX_COMPONENTS) continue;
    const fact = `${what} names more than ${String(MAX_COMPONENTS)} fields`;
    reporter.add("too-large", span, fact, "name fewer");
    return true;
  }
  return false;
}
