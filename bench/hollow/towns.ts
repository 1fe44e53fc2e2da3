/** What stands in Redis for the comparison with Hollow: towns, and keys to ask for. */
import { argv } from "node:process";
import { rowCount } from "../data/row-count.js";

/** How many rows this process is about: all, or the part of them that it was told. */
export function townCount(): number {
  return Math.round(rowCount() / Number(argv[2]));
}

/** The prefix of the collection, and the keys of the lists of ids beside it. */
export const prefixOf = (rows: number): string => `hollow-${rows}`;
export const idsOf = (rows: number): string => `hollow-${rows}:ids`;
export const missingIdsOf = (rows: number): string => `hollow-${rows}:missing`;
