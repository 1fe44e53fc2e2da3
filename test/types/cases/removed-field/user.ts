/** Code of a service that uses two fields which a later schema lacks. */
import { memoryStore } from "cached-collections";
import { ProductSnapshot, ShopDataset, type Product, type ShopSnapshot } from "./shop.js";

export function label(product: Product): string {
  // expect: TS2339
  return `${product.name}: ${product.price}`;
}

export function tagsOf({
  name,
  // expect: TS2339
  tags,
}: Product): readonly string[] {
  return [name, ...tags];
}

export function cheapest(page: ShopSnapshot): string | undefined {
  // expect: TS2339
  return page.product.byPrice.at(0)?.name ?? page.product.byName.at(0)?.name;
}

export const shop: ShopDataset = new ShopDataset(memoryStore(), {
  load: {
    product: () => [
      // Rows may have more than the schema asks for.
      { sku: "a", name: "A", price: "1.00", tags: [] },
    ],
  },
});

export const snapshot: ProductSnapshot = ProductSnapshot.of([
  // expect: TS2353
  { sku: "a", name: "A", price: "1.00", tags: [] },
]);
