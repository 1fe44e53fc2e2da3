// A service's door to its reference data, and a first look through it.
import { embeddedStore, redisStore } from "cached-collections";
import { Redis } from "ioredis";
import { CatalogDataset, type ProductInput } from "./generated/catalog.js";

const url = process.env["REDIS_URL"]; // without Redis: an embedded database, for development and tests
const store = url
  ? redisStore(new Redis(url, { lazyConnect: true }), { prefix: "orders" })
  : embeddedStore({ path: ".cache" });

const catalog = new CatalogDataset(store, { load: { product: productsFromDatabase } });
await catalog.ready({ timeoutMs: 30_000 }); // pulls; if nobody has pushed yet, one process of the fleet loads and pushes

const page = catalog.snapshot(); // one revision for a whole request
console.log(page.product.get("T-2")?.name);
console.log(page.product.byCategory.get("tea").map((tea) => `${tea.name} ${tea.price}`));
console.log(page.product.byName.range({ prefix: "S" }).slice(0, 10).length);

const { revision, published } = await catalog.push(); // loads again; the same rows publish nothing
console.log({ revision, published });
await store.close();

async function* productsFromDatabase(): AsyncGenerator<ProductInput> {
  yield { sku: "T-1", name: "Sencha", category: "tea", price: "19.90", tags: ["green", "japan"] };
  yield { sku: "T-2", name: "Assam", category: "tea", price: "8.50", tags: ["black", "india"] };
  yield { sku: "C-1", name: "Sidamo", category: "coffee", price: "12.00", tags: ["ethiopia"] };
}
