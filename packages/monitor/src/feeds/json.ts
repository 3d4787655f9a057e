// What a page holds is read field by field: one that has another form than it is known for gives `undefined` there, and never
// an error. Nothing of it is copied as a whole, so that no name in it means anything to us.

/** An object out of JSON that somebody else wrote. */
export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The objects of a list; `undefined` where it is no list. */
export const objectsOf = (value: unknown): readonly Json[] | undefined =>
  Array.isArray(value) ? value.filter(isObject) : undefined

/** A text that says something. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined

/** Milliseconds since 1970 of a time as RFC 3339 writes it. */
export const instantOf = (value: unknown): number | undefined => {
  const text = textOf(value)
  const instant = text !== undefined && /^\d{4}-\d\d-\d\d[T ]/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(instant) ? undefined : instant
}
