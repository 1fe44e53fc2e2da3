/** What reading a literal gives: a literal, or what is wrong with the text. */
import type { Literal } from "../model.js";

export type LiteralResult = Literal | Refused;

export interface Refused {
  readonly fact: string;
  readonly fix: string | (() => string);
}
