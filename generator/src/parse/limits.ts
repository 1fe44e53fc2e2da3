/** How much of a schema is read, so that a hostile one is refused with bounded time and memory. */

/** The longest schema file, in UTF-16 units. */
export const MAX_LENGTH: number = 2 * 1024 * 1024;
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
