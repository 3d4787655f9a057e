import { describe, expect, test } from 'vitest'
import type { ModelRequest } from '../protocols/model-request.ts'
import { gemini } from '../protocols/gemini/gemini.ts'
import { openai } from '../protocols/openai/openai.ts'
import type { Protocol, ReplyContext, Route } from '../protocols/protocol.ts'
import type { Reply } from '../protocols/reply.ts'
import type { FaultParameters } from './fault.ts'
import type { Step } from './step.ts'
import { FAULTS, type FaultName } from './table.ts'

const CONTEXT: ReplyContext = { requestId: 'r1', timeScale: 1, unixSeconds: 0, quota: {} }
const TEXT = ['One', ' two', ' three', ' four.']
const PROTOCOLS: readonly (readonly [Protocol, Route])[] = [
  [gemini, { operation: 'generate', model: 'm', stream: 'sse' }],
  [openai, { operation: 'chat' }],
]
const CASES = PROTOCOLS.flatMap(([protocol, route]) =>
  [true, false].flatMap((stream) =>
    (Object.keys(FAULTS) as FaultName[]).map((name) => ({ protocol, route, stream, name, label: protocol.name })),
  ),
)

const REQUEST: ModelRequest = {
  kind: 'chat',
  model: 'm',
  prompt: 'Count.',
  stream: true,
  images: 0,
  drafts: 0,
  width: 16,
  height: 16,
  seed: undefined,
  maxTokens: undefined,
  withUsage: false,
}

const replyOf = (protocol: Protocol, route: Route, stream: boolean): Reply =>
  protocol.reply(route, { ...REQUEST, stream }, TEXT, CONTEXT)

function play(name: FaultName, stream: boolean, spec: FaultParameters = {}, protocol = openai): Step[] {
  const route = PROTOCOLS.find(([candidate]) => candidate === protocol)![1]
  const reply = replyOf(protocol, route, stream)
  return FAULTS[name].steps({ spec, reply, answer: reply.answer(1000) })
}

const written = (steps: readonly Step[]): string =>
  steps.map((step) => (step.type === 'write' ? Buffer.from(step.data).toString('utf8') : '')).join('')
const ending = (steps: readonly Step[]): string | undefined => steps.at(-1)?.type

describe('every fault', () => {
  test.each(CASES)('$label, stream $stream: $name has one head at most and one ending', (entry) => {
    const { protocol, route, stream, name } = entry
    const reply = replyOf(protocol, route, stream)
    const steps = FAULTS[name].steps({ spec: {}, reply, answer: reply.answer(1000) })
    const types = steps.map((step) => step.type)
    expect(types.filter((type) => type === 'head').length).toBe(['hang', 'connectionReset'].includes(name) ? 0 : 1)
    expect(['end', 'stall', 'reset']).toContain(types.at(-1))
    expect(types.slice(0, -1).filter((type) => ['end', 'stall', 'reset'].includes(type))).toEqual([])
    const firstWrite = types.indexOf('write')
    if (firstWrite !== -1) expect(types.indexOf('head')).toBeLessThan(firstWrite)
    // A length is only announced when all of it is sent.
    const head = steps.find((step) => step.type === 'head')
    const length = head?.headers['content-length']
    if (length !== undefined) expect(Buffer.byteLength(written(steps))).toBe(Number(length))
  })
})

describe('in a stream', () => {
  test.each(['stall', 'truncated', 'reset', 'halfEvent'] as const)(
    '%s after no chunks still begins as a stream, with what comes before content',
    (name) => {
      const steps = play(name, true, { afterChunks: 0 })
      expect(steps.find(({ type }) => type === 'head')).toMatchObject({
        status: 200,
        headers: { 'content-type': 'text/event-stream; charset=utf-8' },
      })
      expect(written(steps)).toContain('"role":"assistant"')
      expect(written(steps)).not.toContain('two')
    },
  )

  test('a stall comes after as many chunks as asked for', () => {
    const steps = play('stall', true, { afterChunks: 3 })
    expect(written(steps)).toContain(' three')
    expect(written(steps)).not.toContain(' four.')
    expect(ending(steps)).toBe('stall')
  })

  test('a truncated one ends cleanly, without finish reason and end marker', () => {
    const steps = play('truncated', true, { afterChunks: 4 })
    expect(written(steps)).toContain(' four.')
    expect(written(steps)).not.toMatch(/\[DONE\]|"finish_reason":"stop"/)
    expect(ending(steps)).toBe('end')
    expect(written(play('truncated', true, { afterChunks: 4 }, gemini))).not.toContain('finishReason')
  })

  test('an error in the first event has nothing before it, one in the third has two chunks', () => {
    const first = written(play('inBandError', true))
    expect(first).toMatch(/^data: \{"error":\{.*"server_is_overloaded"\}\}\n\n$/)
    const third = written(play('inBandError', true, { afterChunks: 2, error: 'slowDown' }))
    expect(third).toMatch(/ two.*slow_down/s)
    expect(third).not.toContain(' three')
  })

  test('heartbeats are comments that no reader takes for content', () => {
    const steps = play('heartbeatsOnly', true, { everyMs: 5000 })
    expect(written(steps)).toMatch(/^(?:: still working\n\n)+$/)
    expect(steps).toContainEqual({ type: 'wait', ms: 5000 })
  })

  test('half of an event is what ends it, cleanly or in the middle of a character', () => {
    const half = play('halfEvent', true, { afterChunks: 1 })
    expect(written(half)).toMatch(/One.*\n\ndata: \{[^\n]*$/s)
    expect(written(half)).not.toContain(' three')
    expect(ending(half)).toBe('end')
    const cut = play('resetInCharacter', true, { afterChunks: 1 })
    const bytes = Buffer.concat(cut.map((step) => (step.type === 'write' ? Buffer.from(step.data) : Buffer.alloc(0))))
    expect([...bytes.subarray(-2)]).toEqual([0xe2, 0x82])
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow(/not valid/)
    expect(ending(cut)).toBe('reset')
  })

  test('lines that end with CRLF say the same, and come apart between the two', () => {
    const usual = written(replyOf(openai, { operation: 'chat' }, true).answer(0))
    const steps = play('crlf', true)
    expect(written(steps)).toBe(usual.replaceAll('\n', '\r\n'))
    const writes = steps.flatMap((step) => (step.type === 'write' ? [String(step.data)] : []))
    expect(writes.filter((data) => data.includes('\r\n'))).toEqual([])
    expect(written(play('crlf', true, {}, gemini))).toBe(
      written(PROTOCOLS[0]![0].reply(PROTOCOLS[0]![1], REQUEST, TEXT, CONTEXT).answer(0)),
    )
  })

  test('a huge event is as large as asked for, and says the same', () => {
    const steps = play('hugeEvent', true, { bytes: 50_000 })
    const events = written(steps).split('\n\n')
    const largest = events.find((event) => event.length > 10_000)
    expect(largest?.length).toBe(50_000 - 2)
    expect(JSON.parse(largest?.replace(/^data: /, '') ?? '')).toMatchObject({
      choices: [{ delta: { content: 'One' } }],
    })
  })

  test('a failure of the responses API is an event of its own', () => {
    const reply = openai.reply({ operation: 'responses' }, REQUEST, TEXT, CONTEXT)
    const steps = FAULTS.failedAnswer.steps({ spec: { afterChunks: 1 }, reply, answer: reply.answer(0) })
    expect(written(steps)).toMatch(/"delta":"One".*event: response\.failed\ndata: .*server_is_overloaded/s)
    expect(written(steps)).not.toContain('response.completed')
    const incomplete = FAULTS.incomplete.steps({ spec: {}, reply, answer: [] })
    expect(written(incomplete)).toMatch(/event: response\.incomplete\n.*"reason":"max_output_tokens"/)
  })

  test('a drip carries every byte of the answer', () => {
    expect(written(play('drip', true, { bytes: 7 }))).toBe(
      written(replyOf(openai, { operation: 'chat' }, true).answer(0)),
    )
  })
})

describe('in a whole body', () => {
  test('a reset comes in the middle of it', () => {
    const steps = play('reset', false)
    const whole = written(replyOf(openai, { operation: 'chat' }, false).answer(0))
    expect(whole.startsWith(written(steps))).toBe(true)
    expect(written(steps).length).toBeLessThan(whole.length)
    expect(ending(steps)).toBe('reset')
  })
})

describe('headers and status', () => {
  test('an answer may have another type than its own, and its body may come later', () => {
    const usual = written(replyOf(openai, { operation: 'chat' }, false).answer(0))
    const html = play('wrongType', false, { headers: { 'content-type': 'text/html' } })
    expect(html[0]).toMatchObject({ type: 'head', status: 200, headers: { 'content-type': 'text/html' } })
    expect(play('wrongType', true).find(({ type }) => type === 'head')).toMatchObject({
      headers: { 'content-type': 'text/plain' },
    })
    const slow = play('slowBody', false, { afterMs: 700 })
    expect(slow.map(({ type }) => type)).toEqual(['head', 'wait', 'write', 'end'])
    expect([written(html), written(slow)]).toEqual([usual, usual])
  })

  test('a status for a code is a number', () => {
    expect(JSON.parse(written(play('numericCode', false)))).toMatchObject({ error: { code: 503 } })
  })

  test('a fault may carry any status and any headers, also hints that make no sense', () => {
    const spec = { status: 529, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT' }, retryAfterMs: 50 }
    const head = play('overloaded', false, spec).find((step) => step.type === 'head')
    expect(head).toMatchObject({
      status: 529,
      headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT', 'retry-after-ms': '50' },
    })
  })

  test('an error served as text is still the same JSON', () => {
    const steps = play('textError', false, {}, gemini)
    expect(steps.find((step) => step.type === 'head')).toMatchObject({ headers: { 'content-type': 'text/plain' } })
    expect(JSON.parse(written(steps))).toEqual({
      error: { code: 503, message: 'The model is overloaded. Please try again later.', status: 'UNAVAILABLE' },
    })
  })
})
