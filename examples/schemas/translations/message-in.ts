/** The question of every page: what is this text in the reader's language? */
import type { Locale, Message, TranslationsSnapshot } from "./generated/translations.js";

/** The message in this locale, else in its fallback, and so on; undefined when there is none anywhere. */
export function messageIn(
  page: TranslationsSnapshot,
  tag: string,
  name: string,
): Message | undefined {
  const tried = new Set<Locale>();
  let locale = page.locale.get(tag);
  while (locale !== undefined && !tried.has(locale)) {
    const found = page.message.get({ tag: locale.tag, name });
    if (found !== undefined) return found;
    tried.add(locale);
    locale = page.locale.fallsBackTo(locale);
  }
  return undefined;
}
