/** A small catalogue, as a loader would read it from a database. */
import type { CategoryInput, PriceInput, ProductInput } from "./generated/catalogue.js";

export const category: readonly CategoryInput[] = [
  { slug: "drinks", title: "Drinks" },
  { slug: "tea", title: "Tea", parentSlug: "drinks", position: 1 },
  { slug: "green-tea", title: "Green tea", parentSlug: "tea" },
  { slug: "coffee", title: "Coffee", parentSlug: "drinks", position: 2 },
  { slug: "gifts", title: "Gifts", position: 1 },
];

export const product: readonly ProductInput[] = [
  {
    sku: "T-1",
    name: "Sencha",
    availability: "available",
    categorySlugs: ["green-tea", "gifts"],
    launchedOn: "2023-04-01",
    weightGrams: 100,
  },
  { sku: "T-2", name: "Matcha", categorySlugs: ["green-tea"], launchedOn: "2025-03-15" },
  { sku: "C-1", name: "Sidamo", availability: "discontinued", categorySlugs: ["coffee"] },
];

export const price: readonly PriceInput[] = [
  { sku: "T-1", currency: "EUR", fromQuantity: 1, amount: "19.90" },
  { sku: "T-1", currency: "EUR", fromQuantity: 10, amount: "17.50" },
  { sku: "T-1", currency: "USD", fromQuantity: 1, amount: "21.00" },
  { sku: "C-1", currency: "EUR", fromQuantity: 1, amount: "9" },
];
