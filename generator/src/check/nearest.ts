/** The nearest valid name to a misspelt one, so that a fix can offer it. */

/** The known name with the fewest edits, when they are few enough to be a slip; the first of equals. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestEdits = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const each of known) {
    if (Math.abs(each.length - name.length) >= bestEdits) continue;
    const edits = distance(wanted, each.toLowerCase());
    if (edits >= bestEdits) continue;
    best = each;
    bestEdits = edits;
  }
  return best;
}

/** `write "population"`, or, when nothing is near, all the names that can stand there. */
export function offer(name: string, known: readonly string[], kind: string): string {
  const near = nearest(name, known);
  if (near !== undefined) return `write ${near}`;
  if (known.length === 0) return `declare ${name} first`;
  const shown = known.slice(0, 12).join(", ");
  return `${kind}: ${shown}${known.length > 12 ? ", ..." : ""}`;
}

/** Edits between two texts: insertions, deletions, exchanges and swapped neighbours. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          at(previous, column) + 1,
          at(current, column - 1) + 1,
          at(previous, column - 1) + same,
          swapped ? at(before, column - 2) + 1 : Infinity,
        ),
      );
    }
    before = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
