/** Numbers as a careful person writes them. */

/** A number as JavaScript reads it back. */
export function numberText(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return groupDigits(text.replace("e+", "e"));
}

/** `10000000` -> `10_000_000`; anything but long whole numbers as it is. */
export function groupDigits(text: string): string {
  return /^-?\d{5,}$/.test(text) ? text.replaceAll(/\B(?=(?:\d{3})+$)/g, "_") : text;
}
