import { settle } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { rejection } from './__fixtures__/rejection.ts'
import { completed, setUp, type Upstream } from './__fixtures__/stream-world.ts'

const decode = (chunk: { value?: Uint8Array | undefined }): string => new TextDecoder().decode(chunk.value)

test('the preamble is held back until the first content, and comes once', async () => {
  const { upstreams, open, events } = setUp()
  let answered = false
  const opening = open()
  void opening.then(() => (answered = true))
  await settle()
  upstreams[0]!.send('preamble')
  await settle()
  expect(answered).toBe(false)
  upstreams[0]!.fail(new TypeError('terminated'))
  await settle()
  upstreams[1]!.send('preamble')
  upstreams[1]!.send('c1')
  const response = await opening
  upstreams[1]!.send('c2', 'end')
  upstreams[1]!.end()
  expect(await response.text()).toBe('data: preamble\n\ndata: c1\n\ndata: c2\n\ndata: end\n\n')
  expect(completed(events)).toBe('success')
  expect(events.some(({ type }) => type === 'attempt.committed')).toBe(true)
})

// trap: errors-inside-streams
test('content and an error in one piece are still an error: nobody has seen the content', async () => {
  const { upstreams, open } = setUp()
  const opening = open()
  await settle()
  upstreams[0]!.send('c1', 'error')
  await settle()
  expect(upstreams).toHaveLength(2)
  expect(upstreams[0]!.canceled).toBe(true)
  upstreams[1]!.send('c1', 'end')
  upstreams[1]!.end()
  expect(await (await opening).text()).toContain('c1')
})

test('a complete answer without content is asked for again, and handed over in the end', async () => {
  const { upstreams, open, events } = setUp()
  const opening = open()
  for (let i = 0; i < 3; i++) {
    await settle()
    upstreams[i]!.send('end')
    upstreams[i]!.end()
  }
  expect(await (await opening).text()).toBe('data: end\n\n')
  expect(upstreams).toHaveLength(3)
  expect(completed(events)).toBe('empty')
})

test('a stream that always ends too early is an error, never a short answer', async () => {
  const { upstreams, open, events } = setUp()
  const failed = rejection(open())
  for (let i = 0; i < 3; i++) {
    await settle()
    upstreams[i]!.send('preamble')
    upstreams[i]!.end()
  }
  expect(await failed).toMatchObject({ name: 'StreamTruncatedError', contentParts: 0 })
  expect(completed(events)).toBe('transient')
})

describe('time', () => {
  test('heartbeats are no content: silence before it is ended and asked again', async () => {
    const { clock, upstreams, open } = setUp({ firstByteMs: 1000 })
    const opening = open()
    await settle()
    for (let i = 0; i < 10; i++) {
      upstreams[0]!.sendRaw(': heartbeat\n\n')
      await clock.advance(100)
    }
    expect(upstreams).toHaveLength(2)
    expect(upstreams[0]!.canceled).toBe(true)
    upstreams[1]!.send('c1')
    await opening
  })

  test('heartbeats do not put off the end of a stalled stream', async () => {
    const { clock, upstreams, open, events } = setUp({ idleMs: 1000 })
    const opening = open()
    await settle()
    upstreams[0]!.send('c1')
    const reader = (await opening).body!.getReader()
    await reader.read()
    const reading = (async () => {
      for (;;) await reader.read()
    })()
    const failed = rejection(reading)
    for (let i = 0; i < 10; i++) {
      upstreams[0]!.sendRaw(': heartbeat\n\n')
      await clock.advance(100)
    }
    expect(await failed).toMatchObject({ name: 'TimeoutExceededError', phase: 'idle' })
    expect(upstreams[0]!.canceled).toBe(true)
    expect(completed(events)).toBe('transient')
  })

  test('a reader who is busy is not silence; the time begins when it asks again', async () => {
    const { clock, upstreams, open } = setUp({ idleMs: 1000 })
    const opening = open()
    await settle()
    upstreams[0]!.send('c1')
    const reader = (await opening).body!.getReader()
    await reader.read()
    await clock.advance(50_000)
    const second = reader.read()
    await clock.advance(900)
    upstreams[0]!.send('c2')
    expect(decode(await second)).toContain('c2')
    const third = rejection(reader.read())
    await clock.advance(1100)
    expect(await third).toMatchObject({ phase: 'idle' })
  })

  test('a whole answer is not lost when the provider forgets to hang up', async () => {
    const { clock, upstreams, open, events } = setUp({ idleMs: 1000 })
    const opening = open()
    await settle()
    upstreams[0]!.send('c1', 'end')
    const text = (await opening).text()
    await clock.advance(2000)
    expect(await text).toContain('end')
    expect(completed(events)).toBe('success')
    expect(clock.pending).toBe(0)
  })
})

describe('an end', () => {
  const started = async (): Promise<
    ReturnType<typeof setUp> & { response: Response; upstream: Upstream; abort: (reason?: unknown) => void }
  > => {
    const world = setUp()
    const controller = new AbortController()
    const opening = world.open(controller.signal)
    await settle()
    const upstream = world.upstreams[0]!
    upstream.send('c1')
    return { ...world, response: await opening, upstream, abort: (reason) => controller.abort(reason) }
  }

  test('without the marker is an error that says how much came', async () => {
    const { response, upstream, events } = await started()
    upstream.send('c2')
    upstream.end()
    await expect(response.text()).rejects.toMatchObject({ name: 'StreamTruncatedError', contentParts: 2 })
    expect(completed(events)).toBe('transient')
  })

  test('by an AbortError that nobody wished for gets a name that clients do not swallow', async () => {
    const { response, upstream } = await started()
    upstream.fail(new DOMException('gone', 'AbortError'))
    await expect(response.text()).rejects.toMatchObject({ name: 'StreamTruncatedError', cause: { name: 'AbortError' } })
  })

  test('by the network keeps its error', async () => {
    const { response, upstream, events } = await started()
    const broken = new TypeError('terminated')
    upstream.fail(broken)
    await expect(response.text()).rejects.toBe(broken)
    expect(completed(events)).toBe('transient')
  })

  test('by an error of the provider goes through, and is the verdict', async () => {
    const { response, upstream, events, upstreams } = await started()
    upstream.send('error')
    expect(await response.text()).toBe('data: c1\n\ndata: error\n\n')
    expect(completed(events)).toBe('overloaded')
    expect(upstream.canceled).toBe(true)
    expect(upstreams).toHaveLength(1)
  })

  test('by the caller has the reason of the caller, and closes the connection', async () => {
    const { response, upstream, events, abort, calls } = await started()
    const reason = new Error('enough')
    const reading = rejection(response.text())
    abort(reason)
    expect(await reading).toBe(reason)
    expect(upstream.canceled).toBe(true)
    expect(completed(events)).toBe('canceled')
    expect(calls.state().inFlight).toBe(0)
  })

  test('by the reader closes the connection and charges nobody', async () => {
    const { response, upstream, events } = await started()
    await response.body!.cancel('enough')
    expect(upstream.canceled).toBe(true)
    expect(completed(events)).toBe('canceled')
  })

  test('by a reader who has the marker is a success', async () => {
    const { response, upstream, events } = await started()
    upstream.send('end')
    const reader = response.body!.getReader()
    await reader.read()
    await reader.read()
    await reader.cancel()
    expect(completed(events)).toBe('success')
  })
})
