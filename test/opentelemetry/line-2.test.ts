import { spawnSync } from 'node:child_process'
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

const exported = (...args: readonly string[]): Exported & { readonly warnings: string } => {
  const file = join(import.meta.dirname, '../opentelemetry-2/trace-a-call.ts')
  const { stdout, stderr } = spawnSync(process.execPath, ['--conditions=@spillway/source', file, ...args], {
    encoding: 'utf8',
  })
  return { ...(JSON.parse(stdout) as Exported), warnings: stderr }
}

test('a process with SDK 2 and API 1.9 gets the same spans, links and metrics', () => {
  const { spans, metrics, warnings } = exported()
  expect(warnings).toBe('')
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

test('where the application’s copy of the API is older than ours, which sees nothing of it, a warning says so once', () => {
  const { spans, warnings } = exported('--two-copies')
  expect(spans.filter(({ name }) => name.startsWith('spillway'))).toEqual([])
  expect(warnings.match(/SPILLWAY_OPENTELEMETRY_API_MISMATCH/g)).toHaveLength(1)
  expect(warnings).toContain('@opentelemetry/api 1.9.1')
  expect(warnings).toContain('npm ls @opentelemetry/api')
})
