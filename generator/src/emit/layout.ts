/**
 * Lays expressions out as a person with a formatter would: on one line where they fit, else one item a line.
 * The rules are Prettier's at 100 columns, so that output needs no formatting (and survives it unchanged).
 */

export const LINE_WIDTH = 100;

/** An expression: text that is never broken, items between brackets, or an arrow function. */
export type Code = string | Items | Arrow;

interface Items {
  readonly open: "{" | "[" | "<" | "(";
  /** Before the bracket: the name of a generic type or of a function. */
  readonly before: string;
  readonly items: readonly Item[];
}

interface Item {
  /** `name: ` of a property. */
  readonly label: string;
  readonly value: Code;
}

/** `(record) => a && b`; a choice has three terms. */
interface Arrow {
  readonly parameter: string;
  readonly terms: readonly string[];
  readonly operator: "&&" | "||" | "?";
}

/** An arrow function whose body is one term or several joined by an operator. */
export function arrow(
  parameter: string,
  terms: readonly string[],
  operator: "&&" | "||" = "&&",
): Code {
  return { parameter, terms, operator };
}

/** An arrow function whose body is `condition ? one : other`. */
export function arrowChoice(
  parameter: string,
  condition: string,
  one: string,
  other: string,
): Code {
  return { parameter, terms: [condition, one, other], operator: "?" };
}

/** An object; properties whose value is undefined are left out. */
export function object(properties: Readonly<Record<string, Code | undefined>>): Code {
  const items: Item[] = [];
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) items.push({ label: value === name ? "" : `${name}: `, value });
  }
  return { open: "{", before: "", items };
}

/** An array. */
export function array(values: readonly Code[]): Code {
  return { open: "[", before: "", items: values.map((value) => ({ label: "", value })) };
}

/** A generic type with its arguments. */
export function generic(name: string, values: readonly Code[]): Code {
  return { open: "<", before: name, items: values.map((value) => ({ label: "", value })) };
}

/** A call; one whose only argument is an object or an array has its brackets together. */
export function call(name: string, values: readonly Code[]): Code {
  return { open: "(", before: name, items: values.map((value) => ({ label: "", value })) };
}

/**
 * The text of an expression that starts at a column of a line with this indentation. `after` is how many
 * characters follow it on its last line.
 */
export function print(code: Code, indent: number, column: number, after = 1): string {
  if (typeof code === "string") return code;
  if (!mustBreak(code) && column + flat(code).length + after <= LINE_WIDTH) return flat(code);
  const inner = indent + 2;
  if ("terms" in code) return brokenArrow(code, inner);
  const only = onlyLiteral(code);
  if (only !== undefined) return `${code.before}(${print(only, indent, LINE_WIDTH)})`;
  const last = code.open === "<" ? "" : ",";
  const hugged = huggedArrow(code, indent, column);
  if (hugged !== undefined) return hugged;
  const lines = code.items.map(({ label, value }, i) => {
    const comma = i === code.items.length - 1 ? last : ",";
    return `${" ".repeat(inner)}${label}${print(value, inner, inner + label.length)}${comma}\n`;
  });
  return `${code.before}${code.open}\n${lines.join("")}${" ".repeat(indent)}${CLOSE[code.open]}`;
}

/** A call whose last argument is a function that calls: its body alone goes to the next line, if the rest fits. */
function huggedArrow(
  { open, before, items }: Items,
  indent: number,
  column: number,
): string | undefined {
  const last = items.at(-1)?.value;
  if (open !== "(" || typeof last !== "object" || !("terms" in last)) return undefined;
  if (last.terms.length > 1 || last.terms[0]?.endsWith(")") !== true) return undefined;
  const others = items.slice(0, -1).map(({ value }) => `${flat(value)}, `);
  const head = `${before}(${others.join("")}`;
  const start = `(${last.parameter}) =>`;
  if (column + head.length + start.length > LINE_WIDTH) return undefined;
  return `${head}${brokenArrow(last, indent + 2)},\n${" ".repeat(indent)})`;
}

/** The object or the array that is a call's only argument. */
function onlyLiteral({ open, items: [item, ...others] }: Items): Items | undefined {
  if (open !== "(" || item === undefined || others.length > 0) return undefined;
  const { value } = item;
  return typeof value === "object" && "open" in value && LITERAL.has(value.open)
    ? value
    : undefined;
}

/** A statement in a function's body, whose indentation comes on top later. */
export function printInBody(start: string, code: Code, end: string): string {
  const text = start + print(code, 2, 2 + start.length, end.length) + end;
  return text.replaceAll("\n  ", "\n");
}

const LITERAL: ReadonlySet<string> = new Set(["{", "["]);

const CLOSE = { "{": "}", "[": "]", "<": ">", "(": ")" } as const;

function brokenArrow(code: Arrow, indent: number): string {
  const start = `\n${" ".repeat(indent)}`;
  const line = arrowBody(code);
  const fits = indent + line.length + 1 <= LINE_WIDTH;
  const { operator, terms } = code;
  const broken =
    operator === "?"
      ? joinChoice(terms, `${start}  ? `, `${start}  : `)
      : terms.join(` ${operator}${start}`);
  return `(${code.parameter}) =>${start}${fits ? line : broken}`;
}

function arrowBody({ operator, terms }: Arrow): string {
  return operator === "?" ? joinChoice(terms, " ? ", " : ") : terms.join(` ${operator} `);
}

function joinChoice(terms: readonly string[], question: string, colon: string): string {
  const [condition = "", one = "", other = ""] = terms;
  return condition + question + one + colon + other;
}

function flat(code: Code): string {
  if (typeof code === "string") return code;
  if ("terms" in code) {
    const body = arrowBody(code);
    return `(${code.parameter}) => ${code.operator === "?" ? `(${body})` : body}`;
  }
  if (code.items.length === 0) return `${code.before}${code.open}${CLOSE[code.open]}`;
  const space = code.open === "{" ? " " : "";
  const items = code.items.map(({ label, value }) => label + flat(value)).join(", ");
  return `${code.before}${code.open}${space}${items}${space}${CLOSE[code.open]}`;
}

/** Text with a line break inside never fits; arrays of several objects stand one a line. */
function mustBreak(code: Items | Arrow): boolean {
  if ("terms" in code) return false;
  const { open, items } = code;
  const isTable = open === "[" && items.length > 1 && items.every(({ value }) => isTableRow(value));
  return isTable || items.some(({ value }) => breaks(value));
}

function breaks(value: Code): boolean {
  return typeof value === "string" ? value.includes("\n") : mustBreak(value);
}

function isTableRow(value: Code): boolean {
  if (typeof value === "string" || "terms" in value) return false;
  return value.open === "{" && value.items.length > 1;
}
