// The service's one door to its reference data. Importing it starts nothing.
import { embeddedStore, redisStore } from "cached-collections";
import { Redis } from "ioredis";
import { CatalogDataset, type ProductInput } from "./generated/catalog.js";

const url = process.env["REDIS_URL"]; // without Redis: an embedded database, for development and tests
const store = url
  ? redisStore(new Redis(url, { lazyConnect: true }), { prefix: "orders" })
  : embeddedStore({ path: ".cache" });

export const catalog: CatalogDataset = new CatalogDataset(store, {
  load: { product: productsFromDatabase },
});

async function* productsFromDatabase(): AsyncGenerator<ProductInput> {
  yield { sku: "T-1", name: "Sencha", category: "tea", price: "19.90", tags: ["green", "japan"] };
  yield { sku: "T-2", name: "Assam", category: "tea", price: "8.50", tags: ["black", "india"] };
  yield { sku: "C-1", name: "Sidamo", category: "coffee", price: "12.00", tags: ["ethiopia"] };
}
