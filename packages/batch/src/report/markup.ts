const MARKUP: unique symbol = Symbol('markup')

/** Markup that is safe to stand in a page. Only {@link markup} makes it, so that data can never pass for it. */
export interface Markup {
  readonly [MARKUP]: string
}

/** What stands between tags: text is escaped, markup is not, nothing is nothing. */
export type Content = Markup | string | number | false | undefined | readonly Content[]

/** Writes markup; whatever is put into it is escaped unless it is markup itself. For attributes too, between double quotes. */
export const markup = (parts: TemplateStringsArray, ...values: readonly Content[]): Markup => ({
  [MARKUP]: parts.reduce((text, part, i) => `${text}${rendered(values[i - 1])}${part}`),
})

/** Markup from a constant of the program: a style sheet, a script. Never for data. */
export const trusted = (text: string): Markup => ({ [MARKUP]: text })

/** The text of a page. */
export const render = (page: Markup): string => page[MARKUP]

const rendered = (value: Content): string => {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string') return escape(value)
  if (typeof value === 'number') return String(value)
  return isList(value) ? value.map(rendered).join('') : value[MARKUP]
}

const isList = (value: Markup | readonly Content[]): value is readonly Content[] => Array.isArray(value)

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Marks of direction, and what nobody sees: they would show another text than the one that is there. */
const UNSEEN =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu
const CONTROLS = /[\p{Cc}--[\t\n]]/gv

/** Text as it may stand in a page: nothing in it is a tag, and everything in it is seen. */
const escape = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replaceAll(UNSEEN, (mark) => `[U+${(mark.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}]`)
    .replaceAll(CONTROLS, (control) => picture(control.charCodeAt(0)))
    .replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] as string)

/** Unicode has a picture of each control character of ASCII. */
const picture = (code: number): string =>
  code < 0x20 ? String.fromCharCode(0x24_00 + code) : code === 0x7f ? '\u2421' : '\ufffd'
