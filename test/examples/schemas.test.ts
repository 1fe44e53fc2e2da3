/**
 * The example schemas at work: their rows are pushed to a store, and read through every view, every reference and
 * the question that each example answers. A view or reference that no test names fails the last test.
 */
import { readdirSync, readFileSync } from "node:fs";
import { compileSchema, type Schema } from "@cached-collections/generator";
import { memoryStore, type Store } from "cached-collections";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { breadcrumbs, priceFor } from "../../examples/schemas/catalogue/breadcrumbs.js";
import { CatalogueDataset } from "../../examples/schemas/catalogue/generated/catalogue.js";
import * as catalogue from "../../examples/schemas/catalogue/rows.js";
import { FlagsDataset } from "../../examples/schemas/flags/generated/flags.js";
import { isOn, type User } from "../../examples/schemas/flags/is-on.js";
import * as flags from "../../examples/schemas/flags/rows.js";
import { PermissionsDataset } from "../../examples/schemas/permissions/generated/permissions.js";
import { grantsOf, isAllowed } from "../../examples/schemas/permissions/grants-of.js";
import * as permissions from "../../examples/schemas/permissions/rows.js";
import { TranslationsDataset } from "../../examples/schemas/translations/generated/translations.js";
import { messageIn } from "../../examples/schemas/translations/message-in.js";
import * as translations from "../../examples/schemas/translations/rows.js";

let store: Store;

beforeEach(() => {
  store = memoryStore();
});

afterEach(() => store.close());

describe("the product catalogue", () => {
  test("answers by every view and reference", async () => {
    const { category, product, price } = catalogue;
    const load = { category: () => category, product: () => product, price: () => price };
    const page = await new CatalogueDataset(store, { load }).ready();
    expect(titles(page.category.byParent.get(undefined))).toEqual(["Drinks", "Gifts"]);
    expect(titles(page.category.byParent.get("drinks"))).toEqual(["Tea", "Coffee"]);
    const sencha = page.product.getOrThrow("T-1");
    expect(page.product.byCategory.get("green-tea").map(({ name }) => name)).toEqual([
      "Matcha",
      "Sencha",
    ]);
    expect(page.product.byCategory.get("coffee")).toEqual([]);
    expect(
      page.product.byName
        .range({ prefix: "S" })
        .toArray()
        .map(({ sku }) => sku),
    ).toEqual(["T-1", "C-1"]);
    expect(page.product.newest.toArray().map(({ sku }) => sku)).toEqual(["T-2", "T-1"]);
    expect(page.product.newest.range({ gte: "2024-01-01" }).size).toBe(1);
    expect(titles(page.product.categories(sencha))).toEqual(["Green tea", "Gifts"]);
    const lowest = page.price.lowest.get({ sku: "T-1", currency: "EUR" });
    expect(lowest?.amount).toBe("17.50");
    expect(lowest && page.price.product(lowest)).toBe(sencha);
    expect(page.product.getOrThrow("T-2").availability).toBe("announced");
  });

  test("says where a category is and what so many pieces cost", async () => {
    const { category, product, price } = catalogue;
    const load = { category: () => category, product: () => product, price: () => price };
    const page = await new CatalogueDataset(store, { load }).ready();
    expect(titles(breadcrumbs(page, "green-tea"))).toEqual(["Drinks", "Tea", "Green tea"]);
    const amount = (quantity: number, currency: "EUR" | "USD" = "EUR"): string | undefined =>
      priceFor(page, { sku: "T-1", currency, quantity })?.amount;
    expect([1, 9, 10, 500].map((quantity) => amount(quantity))).toEqual([
      "19.90",
      "19.90",
      "17.50",
      "17.50",
    ]);
    expect([amount(0), amount(5, "USD")]).toEqual([undefined, "21.00"]);
    expect(priceFor(page, { sku: "T-2", currency: "EUR", quantity: 1 })).toBe(undefined);
  });
});

test("the guards of a schema refuse a catalogue without prices, and one that lost its products", async () => {
  const { category, product, price } = catalogue;
  const load = { category: () => category, product: () => product, price: () => price };
  const refused = { code: "ERR_GUARD_REFUSED" };
  const unpriced = new CatalogueDataset(store, { load: { ...load, price: () => [] } });
  await expect(unpriced.push()).rejects.toMatchObject(refused);
  await new CatalogueDataset(store, { load }).push();
  const lost = { ...load, product: () => product.slice(0, 1), price: () => price.slice(0, 1) };
  await expect(new CatalogueDataset(store, { load: lost }).push()).rejects.toMatchObject(refused);
});

describe("feature flags", () => {
  const load = { flag: () => flags.flag, rule: () => flags.rule };

  test("answer by every view and reference", async () => {
    const page = await new FlagsDataset(store, { load }).ready();
    const names = (list: Iterable<{ readonly name: string }>): string[] =>
      [...list].map(({ name }) => name);
    expect(names(page.flag.byOwner.get("payments"))).toEqual([
      "checkout.vouchers",
      "checkout.one-click",
    ]);
    expect(names(page.flag.byPlatform.get("ios"))).toEqual(["checkout.one-click"]);
    expect(page.flag.byName.range({ prefix: "checkout." }).size).toBe(2);
    expect(names(page.flag.expiring.range({ lt: "2027-01-01" }))).toEqual(["checkout.vouchers"]);
    expect(page.rule.byFlag.count("checkout.one-click")).toBe(3);
    expect([...page.rule.gradual].map(({ percent }) => percent)).toEqual(["50.0", "12.5"]);
    expect(page.rule.ofFlag([...page.rule][0] ?? raise())?.name).toBe("checkout.one-click");
    expect(page.flag.getOrThrow("checkout.one-click").variants["wide"]).toEqual({
      columns: 2,
      banner: null,
    });
  });

  test("are on for those whom the first rule that fits says", async () => {
    const page = await new FlagsDataset(store, { load }).ready();
    const user: User = { environment: "production", platform: "web", plan: "pro", bucket: 12.4 };
    const on = (changes: Partial<User>, name = "checkout.one-click"): boolean =>
      isOn(page, name, { ...user, ...changes });
    expect(on({})).toBe(true);
    expect(on({ bucket: 12.5 })).toBe(false);
    expect(on({ plan: "free" })).toBe(false);
    expect(on({ plan: "free", environment: "development" })).toBe(true);
    expect(on({ platform: "android" })).toBe(false);
    expect([on({}, "search.fuzzy"), on({}, "no.such.flag")]).toEqual([true, false]);
  });
});

describe("roles and permissions", () => {
  const { resource, role, grant } = permissions;
  const load = { resource: () => resource, role: () => role, grant: () => grant };

  test("answer by every view and reference", async () => {
    const dataset = new PermissionsDataset(store, { load });
    const { collections } = await dataset.push();
    const [warning, ...more] = collections["role"]?.warnings ?? [];
    expect(warning?.message).toMatch(/"auditor": included refers to Role "archivist"/);
    expect(more).toEqual([]);
    const page = dataset.snapshot();
    const names = (list: Iterable<{ readonly name: string }>): string[] =>
      [...list].map(({ name }) => name);
    expect(names(page.role.includedBy.get("clerk"))).toEqual(["intern", "manager"]);
    expect(names(page.role.active)).toEqual(["auditor", "clerk", "customer", "manager"]);
    expect(names(page.role.included(page.role.getOrThrow("manager")))).toEqual([
      "clerk",
      "auditor",
    ]);
    expect(page.role.included(page.role.getOrThrow("auditor"))).toEqual([]);
    expect(page.grant.byRole.get("clerk").map(({ action }) => action)).toEqual(["write", "read"]);
    expect(page.grant.byResource.count({ resource: "order", action: "read" })).toBe(2);
    const [administers] = page.grant.administrators.get("order");
    expect(page.grant.grantingRole(administers ?? raise())?.title).toBe("Manager");
    expect(page.grant.grantedResource(administers ?? raise())?.name).toBe("order");
  });

  test("allow what a role grants, or one that it includes", async () => {
    const page = await new PermissionsDataset(store, { load }).ready();
    const read = { action: "read", resource: "order", isOwn: false } as const;
    expect(isAllowed(page, ["customer"], read)).toBe(false);
    expect(isAllowed(page, ["customer"], { ...read, isOwn: true })).toBe(true);
    expect(isAllowed(page, ["manager"], read)).toBe(true);
    expect(isAllowed(page, ["manager"], { ...read, resource: "invoice" })).toBe(true);
    expect(isAllowed(page, ["intern"], read)).toBe(false);
    expect(grantsOf(page)).toBe(grantsOf(page));
  });
});

describe("translations", () => {
  const load = { locale: () => translations.locale, message: () => translations.message };

  test("answer by every view and reference", async () => {
    const page = await new TranslationsDataset(store, { load }).ready();
    const tags = (list: Iterable<{ readonly tag: string }>): string[] =>
      [...list].map(({ tag }) => tag);
    expect(tags(page.locale.byName)).toEqual(["de", "de-AT", "en", "he"]);
    expect(tags(page.locale.byDirection.get("rtl"))).toEqual(["he"]);
    expect(page.locale.fallsBackTo(page.locale.getOrThrow("de-AT"))?.tag).toBe("de");
    expect(page.message.byLocale.list("en").range({ prefix: "cart." }).size).toBe(2);
    expect(tags(page.message.byName.get("month.1"))).toEqual(["de", "de-AT", "en"]);
    expect(page.message.unreviewed.get("en").map(({ name }) => name)).toEqual(["cart.items"]);
    const items = page.message.getOrThrow({ tag: "en", name: "cart.items" });
    expect(items.plural).toEqual({
      one: "one item",
      few: undefined,
      many: undefined,
      other: "{n} items",
    });
    expect(page.message.locale(items)?.nativeName).toBe("English");
  });

  test("are looked for in one locale after another", async () => {
    const page = await new TranslationsDataset(store, { load }).ready();
    expect(messageIn(page, "de-AT", "month.1")?.text).toBe("Jänner");
    expect(messageIn(page, "de-AT", "cart.empty")?.text).toBe("Ihr Warenkorb ist leer.");
    expect(messageIn(page, "he", "cart.empty")?.text).toBe("Your cart is empty.");
    expect(messageIn(page, "he", "no.such.text")).toBe(undefined);
    expect(messageIn(page, "xx", "month.1")).toBe(undefined);
  });
});

test("every view and reference of the examples is read in this file", () => {
  const here = readFileSync(new URL(import.meta.url), "utf8");
  const folder = new URL("../../examples/schemas/", import.meta.url);
  const names = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory());
  expect(names.length).toBeGreaterThan(3);
  const unread = names.flatMap(({ name }) =>
    membersOf(compiled(new URL(`${name}/schema/`, folder), name)).filter(
      (member) => !here.includes(`.${member.charAt(0).toLowerCase()}${member.slice(1)}`),
    ),
  );
  // Read by the functions that the examples show.
  expect(unread).toEqual(["Category.parent", "Price.tiers"]);
});

/** `City.byName` for each view and reference. */
function membersOf(schema: Schema): string[] {
  return schema.entities.flatMap(({ name, views, references }) =>
    [...references, ...views].map((member) => `${name}.${member.name}`),
  );
}

function compiled(folder: URL, name: string): Schema {
  const read = (path: string): string => readFileSync(new URL(path, folder), "utf8");
  const { schema } = compileSchema({ path: `${name}.yaml`, text: read(`${name}.yaml`) }, read);
  return schema ?? raise();
}

function titles(list: Iterable<{ readonly title: string }>): string[] {
  return [...list].map(({ title }) => title);
}

function raise(): never {
  throw new Error("there is none");
}
