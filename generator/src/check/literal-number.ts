/** Numbers in literals: in plain digits, and only when the type holds exactly what is written. */
import type { IndexType } from "../model.js";
import type { LiteralResult, Refused } from "./literal-result.js";
import { shorten } from "./read.js";

const LIMITS = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const;

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

type IntegerType = Extract<IndexType, { readonly kind: "int32" | "uint32" | "int64" | "uint64" }>;

export function integerLiteral(text: string, type: IntegerType): LiteralResult {
  if (!/^(?:0|-?[1-9]\d{0,29})$/.test(text)) return refuseInteger(text, type.kind);
  const value = BigInt(text);
  const [min, max] = LIMITS[type.kind];
  if (value < min || value > max) {
    const fix = `write a number from ${String(min)} to ${String(max)}`;
    return { fact: `${text} is out of the range of ${type.kind}`, fix };
  }
  if (!("as" in type)) return { kind: "number", value: Number(value) };
  if (type.as === "number" && (value > SAFE || value < -SAFE)) {
    const fact = `${text} is beyond 2^53, and the field is kept as number`;
    return { fact, fix: `write a number up to ${String(SAFE)}, or keep the field as bigint` };
  }
  return { kind: "integer", value };
}

/** `0150`, `1e3`, `1_000`, `+5`, `0x1F`: other readers of YAML disagree about them. */
function refuseInteger(text: string, kind: string): Refused {
  const plain = text.replaceAll(/[_,+\s]/g, "").replace(/^(-?)0+(?=\d)/, "$1");
  const meant = /^-?\d+(?:e\d{1,2})?$/i.test(plain) ? wholeNumber(plain) : undefined;
  const fix = meant === undefined ? "write a whole number in plain digits" : `write ${meant}`;
  return { fact: `"${shorten(text)}" is not a plain ${kind}`, fix };
}

function wholeNumber(text: string): string {
  const [digits = "0", exponent = "0"] = text.toLowerCase().split("e");
  return String(BigInt(digits) * 10n ** BigInt(exponent));
}

/** A number of JSON's form whose digits come back when the nearest double or float is written out. */
export function floatLiteral(text: string, kind: "float" | "double"): LiteralResult {
  if (text.length > 40 || !/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/.test(text)) {
    const fix = "write a number in plain digits, like 12.5";
    return { fact: `"${shorten(text)}" is not a plain ${kind}`, fix };
  }
  const value = kind === "float" ? Math.fround(Number(text)) : Number(text);
  if (!Number.isFinite(value)) {
    return { fact: `${text} is out of the range of ${kind}`, fix: "write a smaller number" };
  }
  const shortest = kind === "float" ? shortestFloat(value) : String(value);
  if (digitsOf(text) === digitsOf(shortest)) return { kind: "number", value };
  const fact = `${text} is not exactly a ${kind}; it would become ${shortest}`;
  return { fact, fix: `write ${shortest}, or use a decimal` };
}

/** The fewest digits that name this float among all floats. */
function shortestFloat(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

/** Sign, significant digits and exponent: equal for `1e3`, `1000` and `1000.0`; minus zero is not zero. */
function digitsOf(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const scale = Number(exponent) - fraction.length + digits.length - significant.length;
  return significant === "" ? `${sign}0` : `${sign}${significant}e${String(scale)}`;
}
