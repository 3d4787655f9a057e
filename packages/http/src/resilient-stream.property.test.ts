import { settle } from '@spillway/core/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { setUp } from './__fixtures__/stream-world.ts'

const TOTAL_MS = 10_000

type Step =
  | 'content'
  | 'preamble'
  | 'heartbeat'
  | 'marker'
  | 'error'
  | 'end'
  | 'fail'
  | 'wait'
  | 'read'
  | 'cancel'
  | 'abort'

const step = fc.constantFrom<Step>(
  'content',
  'content',
  'content',
  'preamble',
  'heartbeat',
  'marker',
  'error',
  'end',
  'fail',
  'wait',
  'read',
  'read',
  'read',
  'cancel',
  'abort',
)

/** Plays a story between one reader and its upstreams; says what was read, and how often each call ended. */
const play = async (story: readonly Step[]): Promise<{ read: string; sent: string[]; ends: number }> => {
  const { clock, upstreams, open, events, calls } = setUp({ totalMs: TOTAL_MS, idleMs: 500, firstByteMs: 700 })
  const controller = new AbortController()
  const sent: string[] = []
  let read = ''
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  const opening = open(controller.signal).then(
    (response) => void (reader = response.body?.getReader()),
    () => {},
  )
  await settle()
  const done = new Set<number>()
  const send = (text: string): void => {
    const i = upstreams.length - 1
    if (done.has(i) || upstreams[i]?.canceled !== false) return
    upstreams[i].sendRaw(text)
    sent[i] = (sent[i] ?? '') + text
  }
  const close = (how: 'end' | 'fail'): void => {
    const i = upstreams.length - 1
    if (done.has(i) || upstreams[i]?.canceled !== false) return
    done.add(i)
    if (how === 'end') upstreams[i].end()
    else upstreams[i].fail(new TypeError('terminated'))
  }
  const take = (): void =>
    void reader?.read().then(
      ({ value }) => void (read += new TextDecoder().decode(value)),
      () => {},
    )
  const act: Record<Step, () => unknown> = {
    content: () => send(`data: c${sent.length}\n\n`),
    preamble: () => send('data: preamble\n\n'),
    heartbeat: () => send(': heartbeat\n\n'),
    marker: () => send('data: end\n\n'),
    error: () => send('data: error\n\n'),
    end: () => close('end'),
    fail: () => close('fail'),
    wait: () => clock.advance(300),
    read: take,
    cancel: () => reader?.cancel().catch(() => {}),
    abort: () => controller.abort(),
  }
  for (const each of story) {
    await act[each]()
    await settle()
  }
  await clock.advance(2 * TOTAL_MS)
  await opening
  await settle()
  expect(calls.state().inFlight).toBe(0)
  expect(clock.pending).toBe(0)
  upstreams.forEach((upstream, i) => expect(upstream.canceled || done.has(i)).toBe(true))
  return { read, sent, ends: events.filter(({ type }) => type === 'call.completed').length }
}

test('whatever happens, a call ends once, leaves nothing behind, and its reader sees the beginning of one stream', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (story) => {
      const { read, sent, ends } = await play(story)
      expect(ends).toBe(1)
      expect(read === '' || sent.some((text) => text?.startsWith(read))).toBe(true)
    }),
    { numRuns: 300 },
  )
})
