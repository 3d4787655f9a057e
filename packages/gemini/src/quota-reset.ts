const DAY_MS = 86_400_000

/**
 * Milliseconds until daily quotas are reset, at midnight Pacific time.
 *
 * On the two days a year on which the clocks change it may be an hour off; a quota that is not yet reset says so again.
 */
export const untilPacificMidnight = (wallTimeMs: number): number => {
  const parts = PACIFIC.formatToParts(wallTimeMs)
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value ?? 0)
  const sinceMidnight = ((part('hour') % 24) * 60 + part('minute')) * 60_000 + part('second') * 1000
  return DAY_MS - sinceMidnight - (wallTimeMs % 1000)
}

// Source: https://ai.google.dev/gemini-api/docs/rate-limits: requests per day quotas reset at midnight Pacific time.
const PACIFIC = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hour12: false,
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
})
