import { constantBackoff, pipeline, retry, timeout, type Pipeline, type SpillwayEvent } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { resilientFetch, type Protocol } from '../index.ts'

export const encoder = new TextEncoder()

/** `c…` is content, `end` the marker, `error` an error, everything else a preamble. */
export const protocol: Protocol = {
  provider: 'test',
  readEvent: ({ data }) =>
    data === 'error'
      ? { error: { code: 503 } }
      : data === 'end'
        ? { terminal: true }
        : data.startsWith('c')
          ? { content: true }
          : {},
}

/** A stream whose every write is made by the test. */
export interface Upstream {
  readonly send: (...events: string[]) => void
  readonly sendRaw: (text: string) => void
  readonly end: () => void
  readonly fail: (error: unknown) => void
  canceled: boolean
}

export const setUp = (
  limits: { idleMs?: number; firstByteMs?: number; totalMs?: number } = { totalMs: 1_000_000 },
): {
  clock: VirtualClock
  upstreams: Upstream[]
  events: SpillwayEvent[]
  open: (signal?: AbortSignal) => Promise<Response>
  calls: Pipeline
} => {
  const clock = new VirtualClock()
  const calls = pipeline([retry({ maxAttempts: 3, backoff: constantBackoff(0) }), timeout(limits)], { clock })
  const events: SpillwayEvent[] = []
  calls.events.subscribe((event) => events.push(event))
  const upstreams: Upstream[] = []
  const fetchThrough = resilientFetch(calls, {
    protocol,
    fetch: async () => {
      let controller!: ReadableStreamDefaultController<Uint8Array>
      const body = new ReadableStream<Uint8Array>({
        start: (given) => void (controller = given),
        cancel: () => void (upstream.canceled = true),
      })
      const sendRaw = (text: string): void => controller.enqueue(encoder.encode(text))
      const upstream: Upstream = {
        send: (...sent) => sendRaw(sent.map((data) => `data: ${data}\n\n`).join('')),
        sendRaw,
        end: () => controller.close(),
        fail: (error) => controller.error(error),
        canceled: false,
      }
      upstreams.push(upstream)
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  const open = (signal?: AbortSignal): Promise<Response> =>
    fetchThrough('https://api.example/stream', signal === undefined ? {} : { signal })
  return { clock, upstreams, events, open, calls }
}

export const completed = (events: readonly SpillwayEvent[]): string | undefined => {
  const last = events.findLast((event) => event.type === 'call.completed')
  return last?.verdict.kind
}
