/** A few texts. Austria says some of them its own way, and takes the rest from German. */
import type { LocaleInput, MessageInput } from "./generated/translations.js";

export const locale: readonly LocaleInput[] = [
  { tag: "en", nativeName: "English" },
  { tag: "de", nativeName: "Deutsch", fallbackTag: "en" },
  { tag: "de-AT", nativeName: "Deutsch (Österreich)", fallbackTag: "de" },
  { tag: "he", nativeName: "עברית", direction: "rtl", fallbackTag: "en" },
];

export const message: readonly MessageInput[] = [
  { tag: "en", name: "cart.empty", text: "Your cart is empty.", reviewedAt: 1_700_000_000_000 },
  { tag: "en", name: "cart.items", plural: { one: "one item", other: "{n} items" } },
  { tag: "en", name: "month.1", text: "January", reviewedAt: 1_700_000_000_000 },
  { tag: "de", name: "cart.empty", text: "Ihr Warenkorb ist leer." },
  { tag: "de", name: "month.1", text: "Januar", reviewedAt: 1_700_000_000_000 },
  { tag: "de-AT", name: "month.1", text: "Jänner" },
];
