/**
 * A process of its own that publishes into an embedded store: `node embedded-child.js <path> <times>`. It says
 * each step before it takes it, so that a test can kill it there, and its content follows from the revision,
 * so that a test can tell whether what it left is whole.
 */
import { embeddedStore } from "cached-collections";
import { writeSync } from "node:fs";
import { CITY, manifestOf, publishOne, randomId, takeTicket } from "./publications.js";
import { CHUNKS, chunkOf } from "./embedded-content.js";

const [path = "", times = "1"] = process.argv.slice(2);
const store = embeddedStore({ path });
const schema = store.schema("geo");

function say(step: string): void {
  writeSync(1, `${step}\n`);
}

/** False when another process was faster. */
async function publishOnce(): Promise<boolean> {
  say("ticket");
  const ticket = await takeTicket(schema);
  const head = (await schema.check([CITY])).versions.get(CITY)?.head;
  const revision = (head?.revision ?? 0) + 1;
  const id = randomId();
  for (let index = 0; index < CHUNKS; index++) {
    say(`chunk ${index}`);
    await schema.putChunk(id, index, chunkOf(revision, index));
  }
  say("publish");
  const manifest = manifestOf(revision, [{ id, chunks: CHUNKS }]);
  const { outcome } = await publishOne(schema, ticket, { manifest, builtOn: head?.id });
  say(`${outcome} ${revision}`);
  return outcome === "published";
}

let published = 0;
while (published < Number(times)) {
  if (await publishOnce()) published++;
}
await store.close();
