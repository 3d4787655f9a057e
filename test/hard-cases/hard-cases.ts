/**
 * What a client of a model must come through, each case with what holds here. A test that proves one with a real client
 * over real sockets carries `// hard case: <slug>` directly above it. Which client it is about follows from its path
 * (`openai`, `gemini`); elsewhere from words behind the slug: `// hard case: <slug> (openai, gemini)`.
 * docs/reference/hard-cases.md is made from this list and those tags by scripts/trap-table.ts.
 */
export const HARD_CASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Retries and waits': {
    'overloaded-twice':
      'Two answers of 503 and a good one: one result out of three requests, the wait asked for kept, the events in order.',
    'one-retry-loop': 'The provider gets as many requests as there are attempts: the client repeats none on its own.',
    'waits-in-headers':
      'The wait is read in each of its forms: milliseconds before seconds, fractions, a date. A negative one and a senseless one ask for none.',
    'waits-in-bodies':
      'The wait is read from an error body, `RetryInfo` as well as words with hours in them. One that the call has no time for ends it or sends it elsewhere at once.',
    'quota-until-reset':
      'A quota of the day, or one of zero, is not tried again: the next endpoint answers at once, and the first is left alone until the reset.',
    'keys-of-one-project': 'Two keys with one quota are one target: when it is spent, the second key is not tried.',
  },
  'Errors and answers': {
    'meanings-of-429': 'A spent balance, too high a pace and an overload all come as 429, and are told apart.',
    'rare-statuses':
      'A 402 with a wait and one without, 408, 409, 498, 499 and 529 are each judged by what they mean to the one who sends them.',
    'odd-error-bodies':
      'An error body may be an array, JSON named text, a page, empty, a string, broken, or of megabytes, and its code may be a number.',
    'failure-with-status-200': 'An answer with status 200 that says it failed is a failure.',
    'answer-without-image':
      'An answer without the image asked for is asked again a bounded number of times; then the caller gets it as it came.',
  },
  Streams: {
    'silence-after-headers':
      'Headers and then nothing: the next attempt answers, and the reader sees one clean stream.',
    'stall-after-content':
      'A stream that falls silent in the middle ends in time, with an error that the client does not take for a wish of the caller.',
    'end-without-its-mark': 'A stream that ends cleanly but too early is an error, not a short answer.',
    'error-event':
      'An error as the first event is repaired unseen; after content it reaches the reader with its code, and nothing is sent again.',
    'heartbeats-only': 'Signs of life are no content: a stream of them alone ends by the limit for the first content.',
    'any-boundary':
      'Events survive CRLF, pieces of one byte, and a size of megabytes; a reset inside an event or inside a character is an error.',
    'reader-leaves':
      'A reader who breaks off, never begins or reads slowly leaves no open socket, no timer and no pile of bytes.',
    'caller-aborts':
      'A caller may abort before the request, in a wait, before headers, inside the stream or after the end: nothing more is sent, and nobody is blamed.',
  },
  'Limits and endpoints': {
    'three-time-limits': "The client's own timeout, the limit of an attempt and that of the call are told apart.",
    'hedged-calls':
      'Of two attempts at once the loser ends at once, and usage counts once. Two failures give the one that says more; nothing starts after content.',
    'cheaper-model':
      "A call may go on with another model under that model's own name and limits, and the result says which one answered.",
    'circuit-and-streams':
      'A half-open circuit admits as many streams as it has probes, and hears of each at its end. What was cancelled, throttled or withheld opens nothing.',
    'place-until-the-end':
      'A stream keeps its place until its body ends or its reader leaves; who waits for a place longer than the call has time leaves the line.',
    'own-pace':
      'The pace set here counts requests and tokens, is corrected by what the provider says, and keeps fifty callers from returning in one moment.',
  },
  'Images and the client': {
    'file-uploads': 'An edited image held in memory is sent again as it was; one read from a stream is sent once.',
    'unknown-image':
      'An image that may have been made, and billed, is not asked for again where that is not allowed; where it is, under the same idempotency key.',
    'client-unchanged': 'Each method, helper and property of the client works under the wrapper as it does without it.',
    'continued-answer':
      'An answer that the client puts together out of several requests is one call with one budget, and has no retries beneath ours.',
    'inbound-and-telemetry':
      'When the one who asked the server leaves, the call to the model ends; traces show one call and its attempts once.',
  },
}

/** Why a case has no test with a client. Of the openai client: */
const OPENAI: Readonly<Record<string, string>> = {
  'continued-answer':
    'The `openai` client makes one request per call, and each step of `runTools` is a call of its own.',
}

/** Of `@google/genai`: */
const GEMINI: Readonly<Record<string, string>> = {}

export const REASONS = { openai: OPENAI, gemini: GEMINI }

/** What nothing proves yet. */
export const OPEN: Readonly<Record<'openai' | 'gemini', readonly string[]>> = {
  openai: [],
  gemini: [],
}
