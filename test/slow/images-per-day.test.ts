import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { numbered, serve } from '../batch/relay.ts'
import { emptyFolder, spillway } from '../batch/spillway.ts'

test('a day’s quota of pictures is for pictures: what the provider refuses takes none of it', async () => {
  const cwd = emptyFolder()
  writeFileSync(join(cwd, 'prompts.txt'), numbered(4).join('\n'))
  const { simulator, env } = await serve({ replies: [{ fault: 'overloaded', times: 5 }] })
  writeFileSync(join(cwd, 'policy.json'), JSON.stringify({ retry: { backoff: 1, jitter: 'none' } }))
  const limits = ['--images-per-day', '3', '--policy', 'policy.json', '--json']
  const args = ['run', 'prompts.txt', '-o', 'images', ...limits, '--deadline']
  const { code, stdout, stderr } = await spillway([...args, '8s'], { cwd, env })
  expect(code, stderr).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({ stopped: 'deadline', done: 3, left: 1 })
  // The next start knows it.
  const again = await spillway([...args, '1s'], { cwd, env })
  expect(JSON.parse(again.stdout)).toMatchObject({ done: 3, left: 1 })
  expect(simulator.counters().total.outcomes).toEqual({ overloaded: 5, ok: 3 })
})
