import {
  checkDuration,
  checkFunction,
  checkKnown,
  checkNumber,
  checkTexts,
  InvalidOptionsError,
  pipeline,
  retry,
  systemClock,
  systemRandom,
  timeout,
  type Classifier,
  type Clock,
  type Pipeline,
  type Random,
} from '@spillway/core'
import type { AlertSink, Notice } from '../notice.ts'
import { slackBody } from './slack-body.ts'
import { WebhookFailedError } from './webhook-failed-error.ts'

/** Options of {@link webhook}. */
export interface WebhookOptions {
  /** Where to: an `http` or `https` address. A secret, as Slack's are: it appears in no event and no error. */
  readonly url: string
  /** Appears in events. @default 'webhook' */
  readonly name?: string
  /** More headers, such as `authorization`. @default none */
  readonly headers?: Readonly<Record<string, string>>
  /** What is sent, as a value for JSON. @default what Slack's incoming webhooks take */
  readonly body?: (notice: Notice) => unknown
  /** How long one try may take, in milliseconds above 0. @default 10000 */
  readonly timeoutMs?: number
  /** How often it is tried, the first included: an integer from 1. @default 5 */
  readonly maxAttempts?: number
  /** @default real time */
  readonly clock?: Clock
  /** @default Math.random */
  readonly random?: Random
}

/** What {@link webhook} takes where an option is left out. */
export const WEBHOOK_DEFAULTS: Required<Omit<WebhookOptions, 'url'>> = {
  name: 'webhook',
  headers: {},
  body: slackBody,
  timeoutMs: 10_000,
  maxAttempts: 5,
  clock: systemClock,
  random: systemRandom,
}

/** How long a notice is tried in all: what has not arrived by then is no news, and others wait behind it. */
const TOTAL_MS = 600_000

/** The pipelines that notices are sent through: what they meet is nobody's health. */
const own = new WeakSet<Pipeline<unknown>>()
export const sendsNotices = (calls: Pipeline<unknown>): boolean => own.has(calls)

/**
 * Posts each notice as JSON: Slack's shape by default, which Mattermost, Rocket.Chat and others take too. What fails for now (429,
 * 5xx, the network, silence) is tried again, as late as the webhook asks, for ten minutes in all; nothing but the next notice waits for it.
 *
 * ```ts
 * import { webhook } from '@spillway/monitor'
 *
 * const sink = webhook({ url: 'https://hooks.slack.test/services/T0/B0/secret' })
 * console.log(sink.name) // => webhook
 * ```
 *
 * @throws InvalidOptionsError when the address is none, or an option is out of its range
 */
export const webhook = (options: WebhookOptions): AlertSink => {
  const { url, name, headers, body, timeoutMs, maxAttempts, clock, random } = checkWebhook(options)
  const calls = pipeline([timeout({ totalMs: TOTAL_MS }), retry({ maxAttempts }), timeout({ attemptMs: timeoutMs })], {
    name,
    classifier,
    clock,
    random,
    check: false,
  })
  own.add(calls)
  return {
    name,
    async send(notice, signal) {
      const content = JSON.stringify(body(notice))
      await calls.execute((context) => post(url, headers, content, context.signal), { signal })
    },
  }
}

const post = async (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<void> => {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body, signal }
  // A redirect would take the secret, and the notice, to somebody else.
  const answer = await fetch(url, { ...init, redirect: 'manual' }).catch(() => {
    throw new WebhookFailedError(undefined)
  })
  await answer.body?.cancel().catch(() => {})
  if (!answer.ok) throw new WebhookFailedError(answer.status, waitOf(answer.headers.get('retry-after')))
}

const waitOf = (header: string | null): number | undefined => {
  const seconds = header === null || header.trim() === '' ? Number.NaN : Number(header)
  return seconds >= 0 && seconds < 3600 ? seconds * 1000 : undefined
}

const classifier: Classifier = {
  error(error) {
    if (!(error instanceof WebhookFailedError)) return undefined
    const { status, retryAfterMs } = error
    if (status !== undefined && status !== 429 && status < 500) return { kind: 'request_failed', status }
    return { kind: 'transient', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  },
}

const checkWebhook = (options: WebhookOptions): Required<WebhookOptions> => {
  checkKnown('webhook', options, ['url', ...Object.keys(WEBHOOK_DEFAULTS)])
  const resolved = { ...WEBHOOK_DEFAULTS, ...options }
  const { url } = resolved
  // The value is not shown: a short one would be, and it is a secret.
  if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new InvalidOptionsError('webhook.url', typeof url, 'an http or https address')
  if (typeof resolved.name !== 'string') throw new InvalidOptionsError('webhook.name', resolved.name, 'a string')
  checkTexts('webhook.headers', resolved.headers)
  checkFunction('webhook.body', resolved.body)
  checkDuration('webhook.timeoutMs', resolved.timeoutMs, { min: Number.MIN_VALUE })
  checkNumber('webhook.maxAttempts', resolved.maxAttempts, { min: 1, integer: true })
  return resolved
}
