/** Schemas that nobody means well with, by what they try. Made when they are needed: each is up to two megabytes. */

export interface Hostile {
  readonly text: string;
  /** Texts of imported files by path. */
  readonly imports?: (path: string) => string | undefined;
}

/** The longest text that is read. */
const LENGTH = 2 * 1024 * 1024;
/** Words, signs and spaces, fewer than are read at most, so that all of the compiler sees the text. */
const PARTS = 590_000;

/** Those that are refused before much of them is kept. */
export const REFUSED_EARLY: Readonly<Record<string, () => Hostile>> = {
  "billions of laughs": () => ({ text: laughs(30, 9) }),
  "laughs over laughs": () => ({ text: laughs(30_000, 4) }),
  "a hundred thousand anchors": () => ({ text: "- &a b\n".repeat(100_000) }),
  "deep brackets": () => filled("["),
  "deep braces": () => filled("{a: "),
  "deep dashes": () => filled("- "),
  "deep question marks": () => filled("? "),
  "deep names": () => filled("a: "),
  "deep indentation": () => ({
    text: Array.from({ length: 2000 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
  }),
  "a type in types": () => ({ text: fieldOf("list<".repeat(400_000)) }),
  "a name of two megabytes": () => ({ text: `${"a".repeat(LENGTH - 9)}: b` }),
  "a text of two megabytes": () => ({ text: `doc: ${"x".repeat(LENGTH - 9)}` }),
  "a text of four megabytes": () => ({ text: `doc: ${"x".repeat(2 * LENGTH)}` }),
  "a million escapes": () => ({ text: `doc: "${"\\n".repeat(LENGTH / 2 - 9)}"` }),
  "a million wrong escapes": () => ({ text: `doc: "${"\\q".repeat(LENGTH / 2 - 9)}"` }),
  "a name again and again": () => filled("a: b\n"),
  "line ends": () => filled("\n"),
  "closing brackets": () => filled("]"),
  commas: () => filled(","),
  "types that YAML takes apart": () => filled("a[],", "{"),
  "two files that import each other": () => ({
    text: "imports: [b.yaml]\n",
    imports: (path) => (path === "b.yaml" ? "imports: [a.yaml, b.yaml]\n" : undefined),
  }),
  "a file that imports the next one, without end": () => ({
    text: "imports: [1.yaml]\n",
    imports: (path) => `imports: [${String(Number.parseInt(path, 10) + 1)}.yaml]\n`,
  }),
  "a hundred files of a megabyte": () => ({
    text: `imports: [${Array.from({ length: 99 }, (_, index) => `${String(index)}.yaml`).join()}]\n`,
    imports: () => `# ${"x".repeat(LENGTH / 2)}`,
  }),
};

/** Those that are as large as what is read, of what costs most. */
export const AT_THE_LIMIT: Readonly<Record<string, () => Hostile>> = {
  "empty maps in a list": () => ({ text: `[${"{},".repeat(PARTS / 4)}]` }),
  "members without a name": () => ({ text: ":\n".repeat(PARTS / 2) }),
  "commas that separate nothing": () => ({ text: `[${",".repeat(PARTS)}]` }),
  "brackets that close nothing": () => ({ text: "]".repeat(PARTS) }),
};

function laughs(levels: number, width: number): string {
  const line = (level: number): string => {
    const inner = Array.from({ length: width }, () => (level === 0 ? "ha" : `*l${level - 1}`));
    return `l${level}: &l${level} [${inner.join(", ")}]\n`;
  };
  return Array.from({ length: levels }, (_, level) => line(level)).join("");
}

function filled(part: string, start: string = ""): Hostile {
  return { text: start + part.repeat(Math.floor((LENGTH - start.length) / part.length)) };
}

function fieldOf(type: string): string {
  return `package: geo\nentities:\n  City:\n    fields:\n      a: ${type}\n`;
}
