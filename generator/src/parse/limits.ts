/** How much of a schema is read, so that a hostile one is refused with bounded time and memory. */

/** What may still be read of a schema; its files share one. */
export class Budget {
  length: number = MAX_LENGTH;
  lexemes: number = MAX_LEXEMES;

  /** Whether more was asked for than there was; what comes then is not read. */
  get isSpent(): boolean {
    return this.length < 0 || this.lexemes < 0;
  }
}

/** The longest schema with all that it imports, in UTF-16 units. */
export const MAX_LENGTH: number = 2 * 1024 * 1024;
/**
 * The most lexemes of a schema and all that it imports: words, signs, spaces, line ends. What is kept of a file grows
 * with these. A megabyte of entities has 530,000.
 */
export const MAX_LEXEMES = 600_000;
/** The deepest nesting of lists and maps; the language itself needs nine levels. */
export const MAX_DEPTH = 32;
/** The most YAML errors shown; those after the first few are mostly their consequences. */
export const MAX_SYNTAX_ERRORS = 20;
/** The longest name of anything. */
export const MAX_NAME = 100;
/** The longest text that is read as a type. */
export const MAX_TYPE = 300;
/** The most errors shown of one file. */
export const MAX_ERRORS = 1000;
