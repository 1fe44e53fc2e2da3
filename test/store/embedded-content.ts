/** What the publishing process of the embedded store's tests uploads. */

export const CHUNKS = 4;

/** 128 KiB that only this chunk of this revision has. */
export function chunkOf(revision: number, index: number): Buffer {
  return Buffer.alloc(128 * 1024, `${revision}/${index} `);
}
