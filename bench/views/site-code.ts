/** A key of text for a city, as systems give them: `fr-2988507`. */
export function codeOf({ country, id }: { readonly country: string; readonly id: number }): string {
  return `${country.toLowerCase()}-${id}`;
}
