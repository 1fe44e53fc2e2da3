/** The views as one writes them by hand: arrays and Maps over objects that are in memory already. */
import type { PlainCity } from "../../examples/data/plain-cities.js";

export type Cities = Iterable<PlainCity>;

/** By country, each with the biggest first. */
export function groupByHand(cities: Cities): Map<string, PlainCity[]> {
  const groups = new Map<string, PlainCity[]>();
  for (const city of cities) {
    const group = groups.get(city.country);
    if (group === undefined) groups.set(city.country, [city]);
    else group.push(city);
  }
  for (const group of groups.values()) group.sort(biggestFirst);
  return groups;
}

/** By country and id, joined to one text: what a Map needs for keys of two parts. */
export function uniqueByHand(cities: Cities): Map<string, PlainCity> {
  const unique = new Map<string, PlainCity>();
  for (const city of cities) unique.set(joined(city.country, city.id), city);
  return unique;
}

export function joined(country: string, id: number): string {
  return `${country}|${id}`;
}

export function sortedByHand(cities: Cities): PlainCity[] {
  return [...cities].sort((a, b) => b.population - a.population || a.id - b.id);
}

/** How many have at least so many people: a binary search in what `sortedByHand` gives. */
export function countFrom(sorted: readonly PlainCity[], population: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle]?.population ?? 0) >= population) from = middle + 1;
    else to = middle;
  }
  return from;
}

function biggestFirst(a: PlainCity, b: PlainCity): number {
  if (a.population !== b.population) return b.population - a.population;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id;
}
