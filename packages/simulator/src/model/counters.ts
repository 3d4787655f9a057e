import { hashText } from '../random.ts'

/** What an endpoint has seen and done. Plain data, ready for JSON. Seconds are model time. */
export interface EndpointCounters {
  /** Requests at arrival, whatever became of them. */
  readonly requests: number
  /** How they ended: `ok`, a fault's name, `http_<status>` for refusals by the server itself, `replayed`, `disconnected`. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Who refused: `script`, `chance`, `phase`, `quota`, or the full `queue`. */
  readonly refusedBy: Readonly<Record<string, number>>
  readonly generations: {
    readonly started: number
    readonly completed: number
    /** Ended after their client had left, or stopped because it had. */
    readonly abandoned: number
  }
  /** Made in full, delivered or not. */
  readonly images: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Time that slots were held for our requests: for answers that arrived, and for work thrown away. */
  readonly upstreamSeconds: { readonly useful: number; readonly wasted: number }
  readonly distinctPrompts: number
  /** How many prompts were generated once, twice, … : `{ "1": 90, "2": 10 }`. */
  readonly promptsByTimesMade: Readonly<Record<string, number>>
  /** By hash of the key; a request without one counts under `none`. */
  readonly requestsByKey: Readonly<Record<string, number>>
  readonly peakInFlight: number
  readonly peakQueue: number
  /** Requests by the other tenants. */
  readonly tenants: { readonly requests: number; readonly refused: number; readonly seconds: number }
}

/** All endpoints, and their sum. */
export interface SimulatorCounters {
  /** Model time at which they were read. */
  readonly atMs: number
  readonly total: EndpointCounters
  readonly endpoints: Readonly<Record<string, EndpointCounters>>
}

type Tally = Record<string, number>

const increment = (tally: Tally, name: string, by = 1): void => {
  tally[name] = (tally[name] ?? 0) + by
}

/** The counters while they count. */
export interface CounterBook {
  requests: number
  started: number
  completed: number
  abandoned: number
  images: number
  inputTokens: number
  outputTokens: number
  usefulMs: number
  wastedMs: number
  peakInFlight: number
  peakQueue: number
  tenantRequests: number
  tenantRefused: number
  tenantMs: number
  readonly prompts: Map<string, number>
  outcome(name: string): void
  refused(by: string): void
  /** Counts a request under the hash of its key. */
  key(key: string): void
  read(): EndpointCounters
}

export function createCounterBook(): CounterBook {
  const outcomes: Tally = {}
  const keys: Tally = {}
  const refusedBy: Tally = {}
  return {
    requests: 0,
    started: 0,
    completed: 0,
    abandoned: 0,
    images: 0,
    inputTokens: 0,
    outputTokens: 0,
    usefulMs: 0,
    wastedMs: 0,
    peakInFlight: 0,
    peakQueue: 0,
    tenantRequests: 0,
    tenantRefused: 0,
    tenantMs: 0,
    prompts: new Map(),
    outcome: (name) => increment(outcomes, name),
    refused: (by) => increment(refusedBy, by),
    key: (key) => increment(keys, key === '' ? 'none' : hashText(key).toString(16).padStart(8, '0')),
    read() {
      const timesMade: Tally = {}
      for (const times of this.prompts.values()) increment(timesMade, String(times))
      return {
        requests: this.requests,
        outcomes: { ...outcomes },
        refusedBy: { ...refusedBy },
        generations: { started: this.started, completed: this.completed, abandoned: this.abandoned },
        images: this.images,
        inputTokens: this.inputTokens,
        outputTokens: this.outputTokens,
        upstreamSeconds: { useful: seconds(this.usefulMs), wasted: seconds(this.wastedMs) },
        distinctPrompts: this.prompts.size,
        promptsByTimesMade: timesMade,
        requestsByKey: { ...keys },
        peakInFlight: this.peakInFlight,
        peakQueue: this.peakQueue,
        tenants: { requests: this.tenantRequests, refused: this.tenantRefused, seconds: seconds(this.tenantMs) },
      }
    },
  }
}

const seconds = (ms: number): number => Math.round(ms) / 1000

/** Adds up books; a prompt made at two endpoints is one prompt made twice, peaks are the highest of any endpoint. */
export function sumCounters(books: readonly CounterBook[]): EndpointCounters {
  const sum = createCounterBook()
  const outcomes: Tally = {}
  const keys: Tally = {}
  const refusedBy: Tally = {}
  for (const book of books) {
    for (const field of SUMMED) sum[field] += book[field]
    sum.peakInFlight = Math.max(sum.peakInFlight, book.peakInFlight)
    sum.peakQueue = Math.max(sum.peakQueue, book.peakQueue)
    for (const [prompt, times] of book.prompts) sum.prompts.set(prompt, (sum.prompts.get(prompt) ?? 0) + times)
    const read = book.read()
    for (const [name, count] of Object.entries(read.outcomes)) increment(outcomes, name, count)
    for (const [by, count] of Object.entries(read.refusedBy)) increment(refusedBy, by, count)
    for (const [name, count] of Object.entries(read.requestsByKey)) increment(keys, name, count)
  }
  return { ...sum.read(), outcomes, refusedBy, requestsByKey: keys }
}

const SUMMED = [
  'requests',
  'started',
  'completed',
  'abandoned',
  'images',
  'inputTokens',
  'outputTokens',
  'usefulMs',
  'wastedMs',
  'tenantRequests',
  'tenantRefused',
  'tenantMs',
] as const
