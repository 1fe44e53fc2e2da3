/** Enums: unions of the values exactly as written, and a constant array of them. */
import type { CityInput } from "../../../generated/geo.js";
import { FeatureCode } from "../../../generated/geo.js";
import { Platform, type Product, type Status } from "../../../generated/shop.js";

export const platform: Platform = "point-of-sale";
export const first: "web" = Platform[0];
export const isCode = (text: string): text is FeatureCode =>
  FeatureCode.some((code) => code === text);

export function describe(status: Status): string {
  switch (status) {
    case "draft":
      return "not yet";
    case "active":
      return "now";
    case "discontinued":
      return "while it lasts";
  }
}

// expect: TS2366
export function describeSome(status: Status): string {
  switch (status) {
    case "draft":
      return "not yet";
    case "active":
      return "now";
  }
}

// expect: TS2820
export const unknown: FeatureCode = "PPLZ";
// expect: TS2820
export const otherCase: Platform = "Web";
// expect: TS2322
export const place: Platform = 1;
// expect: TS2339
Platform.push("tv");
// expect: TS2540
Platform[0] = "ios";

export function compare(product: Product, text: string): readonly boolean[] {
  // expect: TS2367
  return [product.status === "active", product.status === text, product.status === "sold"];
}

export function rowOf(code: FeatureCode, text: string): readonly Partial<CityInput>[] {
  return [
    { featureCode: code },
    { featureCode: "PPLC" },
    // expect: TS2322
    { featureCode: text },
    // expect: TS2820
    { featureCode: "pplc" },
  ];
}
