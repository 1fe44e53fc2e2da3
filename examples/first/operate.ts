// What is called on a Saturday: node operate.js versions | pin [41] | rollback 41 | unpin | invalidate | prune 2 | purge <hash>
import { CachedCollectionsError, embeddedStore, redisStore } from "cached-collections";
import { Redis } from "ioredis";
import { CatalogDataset, ProductMapping } from "./generated/catalog.js";

const url = process.env["REDIS_URL"]; // the store as the service has it: the same prefix, the same path
const store = url
  ? redisStore(new Redis(url, { lazyConnect: true }), { prefix: "orders" })
  : embeddedStore({ path: ".cache" });

const { log } = console;
const [command, argument, hash] = process.argv.slice(2);
const build = hash === undefined ? {} : { hash }; // another build's version; without it this build's
try {
  switch (command) {
    case "versions":
      for (const each of await ProductMapping.versions(store)) {
        log(`${each.hash}${each.current ? " (this build)" : ""}: processes ${each.live}`);
        log(`  serves ${each.revision}: records ${each.records}, bytes ${each.sizeBytes}`);
        for (const { revision, records } of each.history)
          log(`  keeps ${revision}: records ${records}`);
        if (each.heldBack) log(`  pinned; unpin serves records ${each.heldBack.records}`);
      }
      break;
    case "pin": // without a revision: what is served
      log("serves", await ProductMapping.pin(store, argument ? { to: number(), ...build } : {}));
      break;
    case "rollback":
      log("serves", await ProductMapping.rollback(store, { to: number(), ...build }));
      break;
    case "unpin": // of this build, or: unpin <hash>
      log("serves", await ProductMapping.unpin(store, argument));
      break;
    case "invalidate": // one process with a loader loads, of each version
      await new CatalogDataset(store).invalidate();
      break;
    case "prune":
      log("purged", await ProductMapping.prune(store, { keep: number() }));
      break;
    case "purge":
      log("purged", await ProductMapping.purge(store, argument ?? ""));
      break;
    default:
      throw new Error("call it with versions, pin, rollback, unpin, invalidate, prune or purge");
  }
} catch (error) {
  console.error(
    error instanceof CachedCollectionsError ? `${error.code}: ${error.message}` : error,
  );
  process.exitCode = 1;
} finally {
  await store.close(); // or the program would not end
}

function number(): number {
  return Number(argument);
}
