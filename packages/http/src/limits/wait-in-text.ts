import { parseDurationMs } from './parse-duration.ts'

/** Gemini, OpenAI, Groq: "retry in 10h17m5.7s", "try again in 20ms". */
const COMPACT = /\b(?:retry|try again) (?:in|after) (\d[\dhms.]{0,30}(?<!\.))/i

/** Azure, LiteLLM: "retry after 20 seconds", "Try again in 5 seconds". */
const WORDS = /\b(?:retry|try again) (?:in|after) (\d{1,9}(?:\.\d{1,9})?) ?(milli|s|m|h|d)[a-z]{0,10}\b/i

/** Azure's gateway: "Quota will be replenished in 12.03:04:05". */
const CLOCK = /\breplenished in (?:(\d{1,4})\.)?(\d\d):(\d\d):(\d\d)\b/i

/** Anthropic, of a limit on spending: "You will regain access on 2026-09-01 at 00:00 UTC". */
const DATE = /\bregain access on (\d{4}-\d\d-\d\d) at (\d\d:\d\d) UTC\b/i

const UNIT_MS: Readonly<Record<string, number>> = { milli: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A wait that stands in the words of an error: where providers put it nowhere else.
 *
 * @param now the time now, for a wait given as a date: milliseconds since 1970
 */
export const waitInText = (message: string, now: number | undefined): number | undefined => {
  const compact = COMPACT.exec(message)?.[1]
  const ms = compact === undefined ? undefined : parseDurationMs(compact)
  if (ms !== undefined) return ms
  const [, amount, unit = ''] = WORDS.exec(message) ?? []
  if (amount !== undefined) return Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? Number.NaN)
  const clock = CLOCK.exec(message)
  if (clock !== null) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = clock.slice(1).map((part) => Number(part ?? 0))
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
  }
  const [, day, time] = DATE.exec(message) ?? []
  return day === undefined || now === undefined ? undefined : Date.parse(`${day}T${time}:00Z`) - now
}
