/** The nearest valid name to a misspelt one, so that a fix can offer it. */

/** More edits than these are no slip, however long the name. */
const MAX_EDITS = 3;

/** The known name with the fewest edits, when they are few enough to be a slip; the first of equals. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let limit = Math.min(MAX_EDITS, Math.max(1, Math.floor(name.length / 3)));
  for (const each of known) {
    if (limit < 0 || Math.abs(each.length - name.length) > limit) continue;
    const edits = distance(wanted, each.toLowerCase(), limit);
    if (edits > limit) continue;
    best = each;
    limit = edits - 1;
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

/** Edits between two texts: insertions, deletions, exchanges, swapped neighbours; above `limit` any number above it. */
function distance(left: string, right: string, limit: number): number {
  const [a, b] = withoutCommonEnds(left, right);
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    // Cells further from the diagonal than the limit are above it.
    const from = Math.max(1, row - limit);
    const to = Math.min(b.length, row + limit);
    const current: number[] = [];
    current[from - 1] = from === 1 ? row : Infinity;
    for (let column = from; column <= to; column += 1) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swap = isSwap ? at(before, column - 2) + 1 : Infinity;
      const change = at(previous, column - 1) + same;
      current[column] = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        change,
        swap,
      );
    }
    before = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function withoutCommonEnds(a: string, b: string): readonly [string, string] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
