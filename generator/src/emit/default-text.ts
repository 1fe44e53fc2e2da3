/** A field's default as an expression that a loader could have given. */
import type { Literal } from "../model.js";
import { groupDigits, numberText } from "./number-text.js";

export function defaultText(literal: Literal): string {
  switch (literal.kind) {
    case "bool":
      return String(literal.value);
    case "number":
      return numberText(literal.value);
    case "integer":
      return integerText(literal.value);
    case "string":
      return JSON.stringify(literal.value);
    case "enum":
      return JSON.stringify(literal.value.name);
    case "decimal":
    case "date":
      return JSON.stringify(literal.text);
    case "timestamp":
      return numberText(literal.milliseconds);
    case "emptyList":
      return "[]";
    case "emptyMap":
      return "{}";
  }
}

/** The runtime takes numbers for 64-bit integers where they are exact. */
function integerText(value: bigint): string {
  const digits = groupDigits(String(value));
  return Number.isSafeInteger(Number(value)) ? digits : `${digits}n`;
}
