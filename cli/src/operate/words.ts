/** Numbers as people read them. */

/** `1 record`, `135,233 records`. */
export function count(n: number, noun: string): string {
  const plural = noun.endsWith("s") ? `${noun}es` : `${noun}s`;
  return `${n.toLocaleString("en-US")} ${n === 1 ? noun : plural}`;
}

const UNITS = ["kB", "MB", "GB"];

/** `204 bytes`, `69.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return count(bytes, "byte");
  let amount = bytes / 1000;
  let unit = 0;
  for (; amount >= 999.95 && unit < UNITS.length - 1; unit++) amount /= 1000;
  return `${amount.toFixed(1)} ${UNITS[unit] ?? ""}`;
}

/** `2026-11-29 12:00:03 UTC`. */
export function moment(date: Date): string {
  return date
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
}
