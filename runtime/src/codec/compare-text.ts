/** The orders of text: by code point, which is the order of its UTF-8 bytes, and by the number it says. */

/** Negative when `a` comes first, 0 when they are equal. JavaScript's own `<` compares UTF-16 units. */
export function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Orders decimals, or integers, that are canonical text with equally many digits after the point. */
export function compareDecimals(a: string, b: string): number {
  const isNegative = a.startsWith("-");
  if (isNegative !== b.startsWith("-")) return isNegative ? -1 : 1;
  return isNegative ? compareMagnitudes(b, a) : compareMagnitudes(a, b);
}

function compareMagnitudes(a: string, b: string): number {
  return a.length === b.length ? compareText(a, b) : a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they go behind all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
