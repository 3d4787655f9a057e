import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRun } from '@spillway/batch'
import { presets, readImagePrompt } from '@spillway/simulator'
import { expect, it } from 'vitest'
import { numbered, serve } from './relay.ts'
import { emptyFolder, spillway } from './spillway.ts'

const write = (cwd: string, name: string, content: unknown): string => {
  writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content))
  return name
}

const prompts = (count: number): string => `${numbered(count).join('\n')}\n`

/** When each request was sent, in the order of the results. */
const startsIn = (folder: string): number[] =>
  readFileSync(join(folder, 'results.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Date.parse((JSON.parse(line) as { timing: { started_at: string } }).timing.started_at))
    .toSorted((a, b) => a - b)

it('off-peak work waits for its calm hour, at the pace of its quota, and keeps what it has learned', async () => {
  const cwd = emptyFolder()
  write(cwd, 'prompts.txt', prompts(4))
  // An hour passes in twelve seconds, and it is two minutes to one: ten minutes, which an attempt has, are two seconds.
  const image = { minMs: 1000, meanMs: 1000, maxMs: 1000 }
  const scenario = { timeScale: 300, startsAt: '2026-03-02T12:58:00Z', imageSizePx: 16, serviceTime: { image } }
  write(cwd, 'scenario.json', scenario)
  const bands = [
    { fromHour: 0, level: 'peak' },
    { fromHour: 13, level: 'low' },
  ]
  write(cwd, 'bands.json', bands)
  const args = ['run', 'prompts.txt', '-o', 'images', '--simulate', 'scenario.json', '--off-peak', '--rpm', '1']
  const { code } = await spillway([...args, '--bands', 'bands.json', '--deadline', '12h'], { cwd })
  expect(code).toBe(0)
  const starts = startsIn(join(cwd, 'images'))
  expect(starts[0]).toBeGreaterThanOrEqual(Date.UTC(2026, 2, 2, 13))
  // Half a minute of that time is 100 ms of ours, by which the first is written down late.
  expect((starts[3] as number) - (starts[0] as number)).toBeGreaterThan(2.5 * 60_000)
  const learned = JSON.parse(readFileSync(join(cwd, 'images/.spillway/load-profile.json'), 'utf8')) as {
    readonly hours: readonly { readonly calls: number }[]
  }
  expect(learned.hours[13]?.calls).toBeGreaterThan(3)
})

it('pictures come through chat completions, where a relay has them there', async () => {
  const cwd = emptyFolder()
  write(cwd, 'prompts.txt', prompts(3))
  const { simulator, env } = await serve({ replies: [{ fault: 'overloaded' }, { fault: 'textOnly' }] })
  const ran = await spillway(['run', 'prompts.txt', '-o', 'images', '--api', 'chat'], { cwd, env })
  expect(ran.code, ran.stderr).toBe(0)
  const files = readdirSync(join(cwd, 'images')).filter((name) => name.endsWith('.png'))
  const drawn = files.map((name) => readImagePrompt(readFileSync(join(cwd, 'images', name)))?.prompt)
  expect(new Set(drawn)).toEqual(new Set(numbered(3)))
  expect(simulator.counters().total.outcomes).toEqual({ overloaded: 1, textOnly: 1, ok: 3 })
})

it('a policy file holds, and the command line wins over it', async () => {
  const cwd = emptyFolder()
  write(cwd, 'prompts.txt', prompts(1))
  const policy = write(cwd, 'policy.json', { retry: { maxAttempts: 2, backoff: 1, jitter: 'none' } })
  const { simulator, env } = await serve({ replies: [{ fault: 'overloaded', times: 9 }] })
  const { code } = await spillway(['run', 'prompts.txt', '-o', 'images', '--policy', policy], { cwd, env })
  expect(code).toBe(1)
  expect(simulator.counters().total.requests).toBe(2)
  const broken = write(cwd, 'broken.json', { retry: { maxAttempts: 0 } })
  const refused = await spillway(['run', 'prompts.txt', '-o', 'other', '--policy', broken], { cwd, env })
  expect(refused.stderr).toBe('broken.json: retry.maxAttempts must be an integer of at least 1 or Infinity, got 0.\n')
  expect(refused.code).toBe(2)
})

it('a cache makes the pictures of another run without a request, and a second endpoint takes over', async () => {
  const cwd = emptyFolder()
  write(cwd, 'prompts.txt', prompts(3))
  const { simulator, url } = await serve({
    endpoints: { official: { phases: [{ kind: 'outage', fault: 'internal' }] }, second: { keys: ['second-key'] } },
  })
  const env = { OPENAI_API_KEY: 'any', OPENAI_BASE_URL: `${url}/e/official/v1`, SECOND: 'second-key' }
  const endpoint = `${url}/e/second/v1,key=SECOND,model=nano,name=second`
  const args = ['run', 'prompts.txt', '--endpoint', endpoint, '--cache', 'cache', '--json', '-o']
  expect(JSON.parse((await spillway([...args, 'one'], { cwd, env })).stdout)).toMatchObject({ exit: 0, done: 3 })
  const { requests } = simulator.counters().total
  expect(simulator.counters().endpoints['second']?.images).toBe(3)
  expect(JSON.parse((await spillway([...args, 'two'], { cwd, env })).stdout)).toMatchObject({ exit: 0, done: 3 })
  expect(simulator.counters().total.requests).toBe(requests)
})

it('a simulated model says who it is: its own names of models and keys, and no real place beside it', async () => {
  const cwd = emptyFolder()
  write(cwd, 'prompts.txt', prompts(1))
  const endpoints = {
    official: { models: ['one-image'], keys: ['key-1'] },
    relay: { models: ['other'], keys: ['key-2'] },
  }
  const scenario = write(cwd, 'scenario.json', { ...presets.instant, timeScale: 100, imageSizePx: 16, endpoints })
  const args = ['run', 'prompts.txt', '-o', 'images', '--simulate', scenario]
  expect(await spillway(args, { cwd })).toMatchObject({ code: 0 })
  const mixed = await spillway([...args, '--api', 'chat'], { cwd })
  expect(mixed).toMatchObject({ code: 2, stderr: expect.stringContaining('leave them out with --simulate') })
  const wrong = write(cwd, 'wrong.json', { capacity: -1 })
  const refused = await spillway(['run', 'prompts.txt', '-o', 'x', '--simulate', wrong], { cwd })
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('wrong.json: ')
  expect(existsSync(join(cwd, 'x'))).toBe(false)
})

it('the journal of a simulated run says how long its quota was waited for', async () => {
  const cwd = emptyFolder()
  write(cwd, 'prompts.txt', prompts(4))
  const image = { minMs: 1000, meanMs: 1000, maxMs: 1000 }
  // Whoever refuses says for how long, and a minute passes in a second.
  const scenario = write(cwd, 'scenario.json', {
    timeScale: 60,
    imageSizePx: 16,
    serviceTime: { image },
    quota: { requestsPerMinute: 2 },
  })
  expect(await spillway(['run', 'prompts.txt', '-o', 'images', '--simulate', scenario], { cwd })).toMatchObject({
    code: 0,
  })
  const { waits } = readRun(join(cwd, 'images'))
  expect(waits.length).toBeGreaterThan(0)
  for (const { reason, endpoint, startedAt, until = 0 } of waits) {
    expect([reason, endpoint]).toEqual(['quota', 'simulated'])
    expect(until).toBeGreaterThan(startedAt)
  }
})
