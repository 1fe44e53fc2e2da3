/** The text of a type -> its parts: `string?`, `decimal(2)`, `Location[]`, `list<T>`, `map<K, V>`, `map<V>`. */
import { MAX_TYPE } from "../parse/limits.js";

export type TypeSyntax = TypeForm & {
  /** Where it stands in the text. */
  readonly start: number;
  readonly end: number;
  /** Followed by `?`. */
  readonly optional: boolean;
};

type TypeForm =
  | { readonly form: "name"; readonly name: string; readonly digits?: string }
  | { readonly form: "list"; readonly element: TypeSyntax }
  | { readonly form: "map"; readonly key?: TypeSyntax; readonly value: TypeSyntax };

export interface TypeMistake {
  readonly mistake: string;
  readonly start: number;
  readonly end: number;
}

/** Parses a type. Linear in its length, which is bounded. */
export function parseType(text: string): TypeSyntax | TypeMistake {
  if (text.length > MAX_TYPE)
    return { mistake: "the type is too long", start: 0, end: text.length };
  const state = { text, at: 0 };
  const type = readType(state);
  if ("mistake" in type) return type;
  skipSpace(state);
  return state.at === text.length ? type : mistakeAt(state, moreText(state));
}

/** What follows a whole type, in words. */
function moreText(state: State): string {
  const next = state.text[state.at];
  if (next === "|") return "a field has one type; one that may be unset ends in ?";
  if (next === "(") return "only decimal(N) takes ( )";
  if (next === "<") return "only list<T> and map<K, V> take < >";
  if (next === "?") return "one ? is enough";
  return "the type ends here, but more follows";
}

interface State {
  readonly text: string;
  at: number;
}

function readType(state: State): TypeSyntax | TypeMistake {
  skipSpace(state);
  const start = state.at;
  const form = readForm(state);
  if ("mistake" in form) return form;
  let type: TypeSyntax = withMark(state, form, start);
  while (accept(state, "[")) {
    if (!accept(state, "]")) return mistakeAt(state, "a list type ends in []");
    type = withMark(state, { form: "list", element: type }, start);
  }
  return type;
}

function withMark(state: State, form: TypeForm, start: number): TypeSyntax {
  const end = state.at;
  const optional = accept(state, "?");
  return { ...form, start, end, optional };
}

function readForm(state: State): TypeForm | TypeMistake {
  const name = /^[A-Za-z_$][\w$]*/.exec(state.text.slice(state.at))?.[0];
  if (name === undefined) return mistakeAt(state, "a type is expected here");
  state.at += name.length;
  if (name === "decimal") return readDecimal(state);
  if (name === "list" && accept(state, "<")) return readList(state);
  if (name === "map" && accept(state, "<")) return readMap(state);
  return { form: "name", name };
}

function readDecimal(state: State): TypeForm | TypeMistake {
  if (!accept(state, "("))
    return mistakeAt(state, "decimal needs its digits after the point: decimal(2)");
  const digits = /^\s*(\d{1,3})\s*\)/.exec(state.text.slice(state.at));
  if (digits === null)
    return mistakeAt(state, "the digits after the point are expected here, then )");
  state.at += digits[0].length;
  return { form: "name", name: "decimal", digits: digits[1] ?? "" };
}

function readList(state: State): TypeForm | TypeMistake {
  const element = readType(state);
  if ("mistake" in element) return element;
  return accept(state, ">") ? { form: "list", element } : mistakeAt(state, "list<T> ends in >");
}

function readMap(state: State): TypeForm | TypeMistake {
  const first = readType(state);
  if ("mistake" in first) return first;
  if (accept(state, ">")) return { form: "map", value: first };
  if (!accept(state, ",")) return mistakeAt(state, "map<K, V> ends in >");
  const value = readType(state);
  if ("mistake" in value) return value;
  return accept(state, ">")
    ? { form: "map", key: first, value }
    : mistakeAt(state, "map<K, V> ends in >");
}

function accept(state: State, character: string): boolean {
  skipSpace(state);
  if (state.text[state.at] !== character) return false;
  state.at += 1;
  return true;
}

function skipSpace(state: State): void {
  while (/\s/.test(state.text[state.at] ?? "")) state.at += 1;
}

function mistakeAt(state: State, mistake: string): TypeMistake {
  skipSpace(state);
  const start = Math.min(state.at, Math.max(0, state.text.length - 1));
  return { mistake, start, end: start + 1 };
}
