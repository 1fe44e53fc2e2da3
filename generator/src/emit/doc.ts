/** Comments in generated files: the schema's docs, which are users' text and must not end a comment. */

/** An at sign where tools take it for the start of a tag, such as `@deprecated` or `{@link}`. */
const TAG = /(?<![^\s*{])@/g;

/** A JSDoc's text: lines without trailing blanks, nothing that ends it, nothing that acts. */
export function docText(doc: string): string {
  return lines(doc).join("\n").replaceAll("*/", "*\\/").replaceAll(TAG, "\\@");
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
