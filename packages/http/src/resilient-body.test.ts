import { pipeline, timeout, type Pipeline } from '@spillway/core'
import { settle } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { rejection } from './__fixtures__/rejection.ts'
import { encoder, protocol } from './__fixtures__/stream-world.ts'
import { resilientFetch } from './index.ts'

test('nothing is asked of the provider before the reader asks', async () => {
  const calls = pipeline([timeout({ totalMs: 1000 })])
  let pulled = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        pulled++
        controller.enqueue(encoder.encode(`data: c${pulled}\n\n`))
      },
    },
    { highWaterMark: 0 },
  )
  const fetch = async (): Promise<Response> => new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  const response = await resilientFetch(calls, { fetch, protocol })('https://api.example/stream')
  await settle()
  expect(pulled).toBe(1)
  await response.body!.cancel()
})

// trap: link-outlives-call
test('a body of no known meaning keeps its link to the caller after the headers', async () => {
  const calls = pipeline([timeout({ totalMs: 1000 })])
  let canceled = false
  const body = new ReadableStream<Uint8Array>({ cancel: () => void (canceled = true) })
  const controller = new AbortController()
  const fetch = async (): Promise<Response> => new Response(body, { headers: { 'content-type': 'audio/mpeg' } })
  const response = await resilientFetch(calls, { fetch, protocol })('https://api.example/speech', {
    signal: controller.signal,
  })
  expect(calls.state().inFlight).toBe(1)
  const reading = rejection(response.arrayBuffer())
  controller.abort()
  expect(await reading).toBeDefined()
  expect(canceled).toBe(true)
  expect(calls.state().inFlight).toBe(0)
})

describe('a body of no known meaning', () => {
  const started = async (): Promise<{
    response: Response
    calls: Pipeline
    upstream: ReadableStreamDefaultController<Uint8Array>
  }> => {
    const calls = pipeline([timeout({ totalMs: 60_000, idleMs: 50 })])
    let upstream!: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (upstream = controller) })
    const fetch = async (): Promise<Response> => new Response(body, { headers: { 'content-type': 'audio/mpeg' } })
    const response = await resilientFetch(calls, { fetch, protocol })('https://api.example/speech')
    upstream.enqueue(encoder.encode('half'))
    return { response, calls, upstream }
  }

  test('ends where it ends', async () => {
    const { response, calls, upstream } = await started()
    upstream.close()
    expect(await response.text()).toBe('half')
    expect(calls.state().inFlight).toBe(0)
  })

  test('that breaks is never taken for whole', async () => {
    const { response, upstream } = await started()
    const broken = new TypeError('terminated')
    const failed = rejection(response.text())
    await settle()
    upstream.error(broken)
    expect(await failed).toBe(broken)
  })

  test('that falls silent is never taken for whole', async () => {
    const { response } = await started()
    expect(await rejection(response.text())).toMatchObject({ name: 'TimeoutExceededError', phase: 'idle' })
  })
})

test('a preamble without end is not held back for ever', async () => {
  const calls = pipeline([timeout({ totalMs: 60_000 })])
  const heartbeat = encoder.encode(`: ${'x'.repeat(1024 * 1024)}\n\n`)
  let canceled = false
  const body = new ReadableStream<Uint8Array>(
    { pull: (controller) => controller.enqueue(heartbeat), cancel: () => void (canceled = true) },
    { highWaterMark: 0 },
  )
  const fetch = async (): Promise<Response> => new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  const response = await resilientFetch(calls, { fetch, protocol })('https://api.example/stream')
  await response.body?.cancel()
  expect(canceled).toBe(true)
})
