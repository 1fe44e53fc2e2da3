/** Some flags and their rules, in the order in which they are tried. */
import type { FlagInput, RuleInput } from "./generated/flags.js";

export const flag: readonly FlagInput[] = [
  { name: "search.fuzzy", owner: "search", enabled: true, platforms: [], variants: {} },
  {
    name: "checkout.one-click",
    owner: "payments",
    expiresOn: "2027-01-31",
    platforms: ["web", "ios"],
    variants: { compact: { columns: 1 }, wide: { columns: 2, banner: null } },
  },
  {
    name: "checkout.vouchers",
    owner: "payments",
    expiresOn: "2026-12-01",
    platforms: ["web"],
    variants: {},
  },
];

export const rule: readonly RuleInput[] = [
  { flag: "checkout.one-click", environment: "development" },
  { flag: "checkout.one-click", plan: "free", enabled: false },
  { flag: "checkout.one-click", percent: "12.5" },
  { flag: "checkout.vouchers", environment: "staging", percent: "50" },
];
