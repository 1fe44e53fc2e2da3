/** Comments in generated files: the schema's docs, which are users' text and must not end a comment. */
import { LINE_WIDTH } from "./layout.js";

/** An at sign where tools take it for the start of a tag, such as `@deprecated` or `{@link}`. */
const TAG = /(?<![^\s*{])@/g;

/** A JSDoc's text: lines without trailing blanks, nothing that ends it, nothing that acts. */
export function docText(doc: string): string {
  return lines(doc).join("\n").replaceAll("*/", "*\\/").replaceAll(TAG, "\\@");
}

/** A comment of our own, with lines of no more than the width where it has names that make it too long. */
export function ownDoc(text: string): string {
  return text.split("\n").map(filled).join("\n");
}

/** Short enough for a line that is filled to need a second one. */
const FILLED_WIDTH = LINE_WIDTH - 10;

function filled(line: string): string {
  if (`  /** ${line} */`.length <= LINE_WIDTH) return line;
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && ` *${longer}`.length <= FILLED_WIDTH) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines.join("\n");
}

/** Comment lines of a .proto, each with the indentation; "" without a doc. */
export function protoComment(doc: string | undefined, indent = ""): string {
  if (doc === undefined) return "";
  return lines(doc)
    .map((line) => `${indent}//${line === "" ? "" : ` ${line}`}\n`)
    .join("");
}

function lines(doc: string): string[] {
  // Also JavaScript's other line ends, and form feeds, at which protoc ends a comment.
  const all = doc.split(/\r\n|[\n\r\u2028\u2029\v\f\0]/).map((line) => line.trimEnd());
  while (all.length > 1 && all.at(-1) === "") all.pop();
  return all;
}
