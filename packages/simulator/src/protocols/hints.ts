/** Milliseconds as the providers write durations: `"23s"`, `"0.25s"`. */
export function asProtoDuration(ms: number): string {
  return `${Math.round(ms * 1000) / 1_000_000}s`
}

/** Milliseconds as Go writes durations: `20ms`, `1.5s`, `6m0s`, `10h17m5.7s`. */
export function asGoDuration(ms: number): string {
  if (ms < 999.5) return `${trim(ms)}ms`
  // Rounded before it is split, so that nearly a minute does not become sixty seconds.
  const whole = Math.round(ms)
  const seconds = trim((whole % 60_000) / 1000)
  const minutes = Math.floor(whole / 60_000) % 60
  const hours = Math.floor(whole / 3_600_000)
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`
}

/**
 * The wait as headers. `retry-after` counts whole seconds, so it can only be true where a second is a second: it is
 * left out when time is scaled, and `retry-after-ms` stands alone.
 */
export function retryAfterHeaders(clientMs: number, timeScale: number): Record<string, string> {
  return {
    ...(timeScale === 1 && { 'retry-after': String(Math.ceil(clientMs / 1000)) }),
    'retry-after-ms': trim(clientMs),
  }
}

const trim = (value: number): string => String(Math.round(value * 1000) / 1000)
