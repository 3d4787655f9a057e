import { expect, test } from 'vitest'
import { threeRequests } from './three-requests.ts'

test('each request is one trace: the service, the call, its attempts, and their requests', async () => {
  const lines: string[] = []
  await threeRequests((line) => lines.push(line))
  const [moved = [], waited = [], failed = []] = [0, 1, 2].map((n) => lines.join('\n').split('\n\n')[n]?.split('\n'))
  const shapeOf = (trace: readonly string[]): string[] =>
    trace.map((line) => line.replace(/ after .*worked \d+ ms/, '').replace(/ \(\d+ ms\)$/, ''))

  expect(shapeOf(moved)).toEqual([
    'One endpoint is overloaded, the other answers: the user gets 200.',
    'GET /poems 200',
    '└─ spillway.call poems success',
    '   ├─ spillway.attempt 1 official overloaded 503 ✗',
    '   │  └─ POST 503 ✗',
    '   ├─ · endpoint.failed_over',
    '   └─ spillway.attempt 2 relay success',
    '      └─ POST 200',
  ])
  expect(waited[0]).toBe('Both are overloaded for a moment: the user gets 200.')
  expect(waited.join('\n')).toMatch(/503 ✗[\s\S]*retry\.scheduled[\s\S]*POST 200/)
  // Which limit ends it depends on the machine: the deadline, or the knowledge that no answer comes before it.
  expect(failed[0]).toMatch(/^Both are overloaded for longer than the request may take: the user gets 50[34]\.$/)
  expect(failed[2]).toMatch(/^└─ spillway\.call poems .* ✗ \(\d+ ms\)$/)
  expect(failed.filter((line) => line.includes('spillway.attempt')).length).toBeGreaterThan(2)
  expect(lines.join('\n')).not.toMatch(/herons|relay-key|official-key/)
}, 20_000)
