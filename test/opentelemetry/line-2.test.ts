import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

interface Exported {
  readonly spans: readonly {
    readonly name: string
    readonly id: string
    readonly parent?: string
    readonly status: number
    readonly links: readonly string[]
  }[]
  readonly metrics: readonly string[]
}

test('a process with SDK 2 and API 1.9 gets the same spans, links and metrics', () => {
  const file = join(import.meta.dirname, '../opentelemetry-2/trace-a-call.ts')
  const printed = execFileSync(process.execPath, ['--conditions=@spillway/source', file], { encoding: 'utf8' })
  const { spans, metrics } = JSON.parse(printed) as Exported
  const named = (name: string): Exported['spans'] => spans.filter((span) => span.name === name)
  const attempts = named('spillway.attempt')
  const calls = named('spillway.call images')
  const leader = calls.find(({ id }) => attempts.every(({ parent }) => parent === id))
  const follower = calls.find((span) => span !== leader)
  expect(calls).toHaveLength(2)
  expect(attempts.map(({ status }) => status)).toEqual([2, 0])
  expect([1, 2].flatMap((n) => named(`request ${n}`).map(({ parent }) => parent))).toEqual(attempts.map(({ id }) => id))
  expect(follower?.links).toEqual([leader?.id])
  expect(metrics).toContain('spillway.call.duration')
  expect(metrics).toContain('spillway.call.active')
})
