// A first look through it.
import { catalog } from "./catalog.js";

await catalog.ready({ timeoutMs: 30_000 }); // pulls; if nobody has pushed yet, one process of the fleet loads and pushes

const page = catalog.snapshot(); // one revision for a whole request
console.log(page.product.get("T-2")?.name);
console.log(page.product.byCategory.get("tea").map((tea) => `${tea.name} ${tea.price}`));
console.log(page.product.byName.range({ prefix: "S" }).slice(0, 10).length);

const { revision, published } = await catalog.push(); // loads again; the same rows publish nothing
console.log({ revision, published });
await catalog.store.close();
