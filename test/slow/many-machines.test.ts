import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { redisServer } from '../programs/redis/redis-server.ts'

const MAIN = join(import.meta.dirname, '../../examples/many-machines/src/main.ts')

test('the example of many machines makes twenty pictures, with one of three workers killed', async (context) => {
  const { url } = await redisServer(context)
  const env = { ...process.env, REDIS_URL: url }
  const { status, stdout } = spawnSync(process.execPath, ['--conditions=@spillway/source', MAIN], {
    env,
    encoding: 'utf8',
  })
  expect(status).toBe(0)
  expect(stdout).toContain('worker 3 is killed')
  expect(stdout).toMatch(/-------- 20 pictures; the model was asked \d+ times and made 20\n/)
})
