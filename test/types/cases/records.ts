/** Records are readonly, deeply: they are shared by all readers of a process, and frozen. */
import type { City, CitySnapshot } from "../../../generated/geo.js";
import type { Banner, Product } from "../../../generated/shop.js";

export function read(city: City, product: Product): readonly unknown[] {
  const code: string | undefined = city.adminCode;
  const label: string | undefined = product.labels["fr"];
  const total: bigint = product.soldTotal;
  const at: Date = product.updatedAt;
  const bytes: Uint8Array | undefined = product.thumbnail;
  const rank: number | undefined = product.rankByRegion[-1];
  const width: number | undefined = product.imagesByRole["main"]?.size?.width;
  return [code, label, total, at, bytes, rank, width];
}

export function change(city: City, product: Product, banner: Banner): void {
  // expect: TS2540
  city.name = "Paris";
  // expect: TS2540
  city.location.lat = 1;
  // expect: TS2540
  city.location = { lat: 1, lon: 2 };
  // expect: TS2339
  product.tags.push("new");
  // expect: TS2542
  product.tags[0] = "new";
  // expect: TS2339
  product.tags.sort();
  // expect: TS2540
  product.tags.length = 0;
  // expect: TS2542
  product.labels["fr"] = "nouveau";
  // expect: TS2542
  delete product.labels["fr"];
  // expect: TS2704
  delete product.packaging;
  // expect: TS2540
  if (product.images[0] !== undefined) product.images[0].url = "";
  // expect: TS2542
  product.rankByRegion[1] = 2;
  // expect: TS2540
  banner.seenBy.true = 1n;
  // expect: TS2551
  banner.links.splice(0, 1);
}

export function confuse(city: City, product: Product): readonly unknown[] {
  // expect: TS2322
  const code: string = city.adminCode;
  // expect: TS2322
  const label: string = product.labels["fr"];
  // expect: TS2322
  const total: number = product.soldTotal;
  // expect: TS18048
  const width = product.packaging.width;
  // expect: TS2322
  const unset: null = product.launchedOn;
  // expect: TS2339
  const missing: unknown = city.mayor;
  return [code, label, total, width, unset, missing];
}

export function changeViews(cities: CitySnapshot, city: City): void {
  // expect: TS2339
  cities.byCountry.get("FR").push(city);
  // expect: TS2339
  cities.set(city.id, city);
  // expect: TS2540
  cities.size = 0;
  // expect: TS2540
  cities.byCountry = cities.byCountry;
}
