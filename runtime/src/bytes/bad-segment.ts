/** What is wrong with a segment. Internal: `openSegment` turns it into ERR_BAD_SEGMENT. */
export class BadSegment extends Error {
  override readonly name: string = "BadSegment";
}
