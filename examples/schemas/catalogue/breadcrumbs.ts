/** Two questions of every product page: where am I, and what do so many pieces cost? */
import type { CatalogueSnapshot, Category, Currency, Price } from "./generated/catalogue.js";

/** The categories from the department down to this one. */
export function breadcrumbs(page: CatalogueSnapshot, slug: string): readonly Category[] {
  const way: Category[] = [];
  // Nothing keeps the data from having a circle: stop where one would begin.
  let next = page.category.get(slug);
  while (next !== undefined && !way.includes(next)) {
    way.unshift(next);
    next = page.category.parent(next);
  }
  return way;
}

/** The price of a piece when `quantity` are ordered; undefined when the product is not sold in this currency. */
export function priceFor(
  page: CatalogueSnapshot,
  order: { readonly sku: string; readonly currency: Currency; readonly quantity: number },
): Price | undefined {
  const { sku, currency, quantity } = order;
  return page.price.tiers.list({ sku, currency }).floor(quantity);
}
