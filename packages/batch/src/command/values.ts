import { InvalidArgumentError } from 'commander'

// What options take, as text from the command line. Commander puts the option and the value before each message.

/** A whole number of at least `min`. */
export const wholeNumber =
  (min: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min) return value
    throw new InvalidArgumentError(`It takes a whole number of at least ${min}.`)
  }

/** A sum of money, in the currency of the prices. */
export const amount = (text: string): number => {
  const value = /^\d{0,12}(?:\.\d{1,12})?$/.test(text) && text !== '' ? Number(text) : Number.NaN
  if (value >= 0) return value
  throw new InvalidArgumentError('It takes a number from 0, such as 12.50.')
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A length of time: `90s`, `8h`, `1h30m`. In milliseconds. */
export const duration = (text: string): number => {
  const parts = /^(?:\d{1,6}(?:\.\d{1,3})?[smhd])+$/.test(text) ? text.match(/[\d.]+[smhd]/g) : null
  const ms = (parts ?? []).reduce(
    (sum, part) => sum + Number(part.slice(0, -1)) * (UNITS_MS[part.at(-1) ?? ''] ?? 0),
    0,
  )
  if (ms > 0) return ms
  throw new InvalidArgumentError('It takes a length of time, such as 90s, 30m, 8h or 1h30m.')
}

/** When something is to be over: a length of time from now, or a moment. */
export type Moment = { readonly inMs: number } | { readonly at: number }

/** `8h`, or an ISO time: `2026-03-03T06:00Z`. */
export const moment = (text: string): Moment => {
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) {
    const at = Date.parse(text)
    if (Number.isFinite(at)) return { at }
  }
  try {
    return { inMs: duration(text) }
  } catch {
    throw new InvalidArgumentError(
      'It takes a length of time from now, such as 8h, or a moment, such as 2026-03-03T06:00Z.',
    )
  }
}

/** One of a few words. */
export const oneOf =
  <const T extends string>(...words: readonly T[]) =>
  (text: string): T => {
    const found = words.find((word) => word === text)
    if (found !== undefined) return found
    throw new InvalidArgumentError(`It takes one of ${words.join(', ')}.`)
  }

/** For an option that may be given several times. */
export const several = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]
