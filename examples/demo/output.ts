/** What the demo prints: numbered chapters, facts below them, and progress on one line where there is a terminal. */
import { stdout } from "node:process";

let chapters = 0;

/** Begins a numbered chapter. */
export function chapter(title: string): void {
  chapters++;
  console.log(`\n${chapters}. ${title}`);
}

/** One fact below the chapter. */
export function fact(text: string): void {
  console.log(`   ${text}`);
}

/** A small table below the chapter; numbers are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const columns = head.map((title, column) => {
    const cells = rows.map((row) => row[column] ?? "");
    const width = Math.max(title.length, ...cells.map((cell) => cell.length));
    const isNumber = cells.every((cell) => /^[\d.,]+( m?s| MB)?$/.test(cell));
    return [title, ...cells].map((cell) => (isNumber ? cell.padStart(width) : cell.padEnd(width)));
  });
  for (const row of [-1, ...rows.keys()]) {
    fact(columns.map((column) => column[row + 1]).join("  "));
  }
}

/** Reports how far a long part is: rewritten in place on a terminal, every fifth elsewhere. */
export function progress(what: string, total: number): (done: number) => void {
  let shown = 0;
  return (done) => {
    const text = `   ${what}: ${count(done)} of ${count(total)}`;
    const part = Math.floor((done * 5) / total);
    if (stdout.isTTY) stdout.write(`\r${text}${done >= total ? "\n" : ""}`);
    else if (part > shown) console.log(text);
    shown = part;
  };
}

/** `135,233` */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** `0.35 s` or `12 ms` */
export function duration(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${Math.round(ms)} ms`;
}

/** `12.3 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
