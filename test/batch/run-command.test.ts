import { exec } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Forecast } from '@spillway/batch'
import type { Scenario } from '@spillway/simulator'
import { describe, expect, it } from 'vitest'
import { freePort } from '../programs/free-port.ts'
import { CANARY, folderWith, numbered, pictures, RUN, serve } from './relay.ts'
import { emptyFolder, MAIN, spillway, startSpillway } from './spillway.ts'

describe('exit codes', () => {
  it('0: everything is made, with the simulated model and without a key', async () => {
    const cwd = folderWith(numbered(5))
    const { code, stdout, stderr } = await spillway([...RUN, '--simulate', '--json'], { cwd })
    expect(stderr).toContain('Simulated, 20 times as fast as life: no key is used and nothing is paid.')
    expect(stderr).toContain('5 items. Asked: gemini (simulated-image) and relay (simulated-image).')
    expect(JSON.parse(stdout)).toMatchObject({ exit: 0, stopped: 'finished', done: 5, failed: 0, left: 0 })
    expect(code).toBe(0)
    expect(pictures(cwd)).toBe(5)
    expect(readFileSync(join(cwd, 'images/results.jsonl'), 'utf8').trim().split('\n')).toHaveLength(5)
  })

  it('0: from standard input, through both protocols, with keys in the environment', async () => {
    const { simulator, url, env } = await serve()
    const cwd = emptyFolder()
    const args = ['run', '-', '--out', 'images', '--model', 'painter-image']
    expect(await spillway(args, { cwd, env, input: 'a kite\n' })).toMatchObject({ code: 0, stdout: '' })
    const gemini = { GEMINI_API_KEY: CANARY, GOOGLE_GEMINI_BASE_URL: url }
    const other = ['run', '-', '--out', 'others', '--model', 'banana-image']
    expect(await spillway(other, { cwd, env: gemini, input: 'a kite\n' })).toMatchObject({ code: 0 })
    expect(simulator.counters().total).toMatchObject({ requests: 2, images: 2 })
  })

  it('1: some items failed, and they are in a file that can be fed back in', async () => {
    const { env } = await serve({ replies: [{ fault: 'invalidRequest', times: 1 }] })
    const cwd = folderWith(numbered(3))
    const first = await spillway([...RUN, '--max-concurrency', '1'], { cwd, env })
    expect(first.code).toBe(1)
    expect(first.stderr).toContain('2 items done, 1 failed (see images/errors.jsonl)')
    const again = ['run', 'images/errors.jsonl', '--out', 'second', '--json']
    expect(JSON.parse((await spillway(again, { cwd, env })).stdout)).toMatchObject({ exit: 0, done: 1 })
  })

  it.each([
    [
      'an option that does not exist, with the one that was meant',
      ['--max-cots', '5'],
      /unknown option '--max-cots'\n\(Did you mean --max-cost\?\)/,
    ],
    [
      'a value',
      ['--rpm', 'ten'],
      /option '--rpm <n>' argument 'ten' is invalid\. It takes a whole number of at least 1\./,
    ],
    [
      'a deadline that has passed',
      ['--deadline', '2020-01-01T00:00Z'],
      /--deadline 2020-01-01T00:00:00.000Z has passed\./,
    ],
    ['a limit on an unknown cost', ['--max-cost', '5'], /--max-cost needs to know what a picture costs/],
    ['a policy file', ['--policy', 'none.json'], /^none\.json: there is no such file/],
    ['an endpoint', ['--endpoint', `https://a.example,key=${CANARY}`], /takes the name of an environment variable/],
    ['a file of prices', ['--prices', 'prompts.txt'], /^prompts\.txt: /],
    ['a cache that is a file', ['--cache', 'prompts.txt'], /the cache prompts\.txt: there is a file of that name/],
    ['a profile that could not be kept', ['--profile', 'nowhere/p.json'], /^--profile nowhere\/p\.json: its folder is/],
    ['the name of a queue that is nowhere', ['--queue-name', 'x'], /say where it is with --redis or --postgres/],
  ])('2: %s', async (_, args, words) => {
    const { simulator, env } = await serve()
    const { code, stdout, stderr } = await spillway([...RUN, ...args], { cwd: folderWith(['a']), env })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr).not.toContain(CANARY)
    expect(simulator.counters().total.requests).toBe(0)
  })

  it('2: no key, no input, no command, no such command', async () => {
    const cwd = folderWith(['a'])
    const noKey = await spillway(RUN, { cwd })
    expect(noKey).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no API key. Set GEMINI_API_KEY') })
    expect(existsSync(join(cwd, 'images'))).toBe(false)
    const broken = { OPENAI_API_KEY: `"${CANARY}"` }
    const malformed = await spillway(RUN, { cwd, env: broken })
    expect(malformed.code).toBe(2)
    expect(malformed.stderr).not.toContain(CANARY)
    expect(await spillway(['run', 'none.txt', '-o', 'images', '--simulate'], { cwd })).toMatchObject({ code: 2 })
    expect(await spillway(['rnu'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean run'),
    })
    expect(await spillway([], { cwd })).toMatchObject({ code: 2, stdout: '' })
  })

  it('2: an address that cannot be asked, and a key that is none', async () => {
    const cwd = folderWith(['a'])
    const url = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: `http://user:${CANARY}@127.0.0.1:9/v1` }
    const withPassword = await spillway(RUN, { cwd, env: url })
    expect(withPassword).toMatchObject({ code: 2, stderr: expect.stringContaining('leave them out') })
    expect(withPassword.stderr).not.toContain(CANARY)
    const placeholder = await spillway(RUN, { cwd, env: { GEMINI_API_KEY: 'your-key' } })
    expect(placeholder).toMatchObject({ code: 2, stderr: expect.stringContaining('a placeholder instead of a key') })
  })

  it('2: more pictures of a line than a place gives, and nothing is left behind', async () => {
    const { simulator, url } = await serve()
    const cwd = folderWith(['{"prompt": "a kite"}', '{"prompt": "a heron", "n": 2}'])
    const { code, stderr } = await spillway(RUN, { cwd, env: { GEMINI_API_KEY: CANARY, GOOGLE_GEMINI_BASE_URL: url } })
    expect(stderr).toContain('line 2: "n": 2 asks for several pictures, and gemini gives one a request')
    expect(code).toBe(2)
    expect(existsSync(join(cwd, 'images'))).toBe(false)
    expect(simulator.counters().total.requests).toBe(0)
  })

  it('says of an address at which nobody is that it cannot be reached', async () => {
    const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: `http://127.0.0.1:${await freePort()}/v1` }
    const { stderr } = await spillway([...RUN, '--deadline', '1s'], { cwd: folderWith(['a']), env })
    expect(stderr).toContain('openai  cannot be reached (ECONNREFUSED): spillway doctor looks why')
  })

  it('3: stopped by a limit, with how to go on', async () => {
    const { simulator, env } = await serve()
    const cwd = folderWith(numbered(6))
    const costs = [...RUN, '--price-per-image', '0.5', '--max-cost', '1', '--max-concurrency', '1']
    const { code, stderr } = await spillway(costs, { cwd, env })
    expect(code).toBe(3)
    expect(stderr).toContain('2 items done, 4 left, cost 1.00. In images')
    expect(stderr).toContain(`To go on, start it again:\n  spillway ${costs.join(' ')}\n`)
    expect(simulator.counters().total.requests).toBe(2)
    const errors = await serve({ replies: [{ fault: 'invalidRequest', times: 9 }] })
    const bounded = ['run', 'prompts.txt', '--out', 'other', '--max-errors', '2', '--max-concurrency', '1']
    expect(await spillway(bounded, { cwd, env: errors.env })).toMatchObject({ code: 3 })
    expect(errors.simulator.counters().total.requests).toBe(2)
  })

  it('3: the deadline ends what hangs, and leaves what waits for the next start', async () => {
    const { env } = await serve({ replies: [{ fault: 'hang' }, { fault: 'overloaded', times: 999 }] })
    const args = [...RUN, '--deadline', '1s', '--grace', '1s', '--max-concurrency', '2', '--json']
    const { code, stdout, stderr } = await spillway(args, { cwd: folderWith(['a', 'b', 'c']), env })
    expect(stderr).toContain('run  stopping: the deadline is here')
    expect(stderr).toContain('Stopped by the deadline.')
    expect(JSON.parse(stdout)).toMatchObject({ exit: 3, stopped: 'deadline', unknown: 1, failed: 0, left: 2 })
    expect(code).toBe(3)
  })

  it('3: the deadline leaves what waits for a place at which nobody listens', async () => {
    const { simulator, env } = await serve()
    await simulator.close()
    const args = [...RUN, '--deadline', '1s', '--json']
    const { code, stdout } = await spillway(args, { cwd: folderWith(['a', 'b']), env })
    expect(JSON.parse(stdout)).toMatchObject({ stopped: 'deadline', unknown: 0, failed: 0, left: 2 })
    expect(code).toBe(3)
  })

  it('3: a key that nobody takes ends the run before it has failed everything', async () => {
    const { simulator, env } = await serve({ keys: ['another-key'] })
    const { code, stderr } = await spillway([...RUN, '--max-concurrency', '2'], { cwd: folderWith(numbered(50)), env })
    expect(stderr).toContain('Stopping: ten in a row were refused for good. Check the key, the model and the address.')
    expect(stderr.match(/401 invalid_api_key: this key, model or place cannot serve/g)).toHaveLength(3)
    expect(code).toBe(3)
    expect(simulator.counters().total.requests).toBeLessThan(15)
  })
})

describe('--dry-run', () => {
  it('checks and estimates, sends nothing and leaves no folder', async () => {
    const { simulator, env } = await serve()
    const cwd = folderWith([...numbered(20), 'heron 1'])
    const args = [...RUN, '--dry-run', '--rpm', '10', '--price-per-image', '0.5', '--json']
    const { code, stdout, stderr } = await spillway(args, { cwd, env })
    expect(code).toBe(0)
    expect(stderr).toContain('21 items in images: 0 done before, 1 the same as another one, 20 to make.')
    expect(stderr).toContain('endpoints openai (gpt-image-1)')
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: true, items: 20, cost: { low: 10 } })
    expect(simulator.counters().total.requests).toBe(0)
    expect(existsSync(join(cwd, 'images'))).toBe(false)
    const wrong = await spillway(['run', '-', '-o', 'images', '--dry-run'], { cwd, env, input: '{"prompt": 7}\n' })
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('line 1') })
  })

  it('of a simulated model goes by its scenario: room, times, quota and faults', async () => {
    const cwd = folderWith(numbered(10))
    const minute = { minMs: 60_000, meanMs: 60_000, maxMs: 60_000 }
    const forecast = async (scenario: Scenario) => {
      writeFileSync(join(cwd, 'scenario.json'), JSON.stringify(scenario))
      const { stdout } = await spillway([...RUN, '--dry-run', '--simulate', 'scenario.json', '--json'], { cwd })
      const { startsAt, finishedAt, refused, assumptions } = JSON.parse(stdout) as Forecast
      return { tookMin: (finishedAt.median - startsAt) / 60_000, refused: refused.median, said: assumptions.join(' ') }
    }
    const narrow = await forecast({ capacity: 2, queueLimit: 20, serviceTime: { image: minute } })
    expect(narrow).toMatchObject({ tookMin: expect.closeTo(5, 0), refused: 0 })
    expect(narrow.said).toContain('What is given of simulated: capacity, times, quotas and faults.')
    expect(narrow.said).not.toContain('pictures at once')
    const paced = await forecast({ serviceTime: { image: minute }, quota: { requestsPerMinute: 2 } })
    expect(paced.tookMin).toBeGreaterThan(4.5)
    const outage = { kind: 'outage', atMs: 0, durationMs: 1_800_000, fault: 'overloaded' } as const
    const late = await forecast({ endpoints: { relay: { serviceTime: { image: minute }, phases: [outage] } } })
    expect(late.tookMin).toBeGreaterThan(31)
    expect(late.refused).toBeGreaterThan(1)
  })
})

describe('what it prints', () => {
  it('has no control character of a file name or an answer, no colour without a terminal, and no key anywhere', async () => {
    const words = '\u001b[2J\u0007evil\u001b]8;;http://evil.example\u0007\u202e'
    const server = createServer(({ headers: { authorization = '' } }, response) => {
      response.writeHead(400, { 'content-type': 'application/json', 'x-echo': authorization })
      const message = `${words} ${authorization}`
      response.end(JSON.stringify({ error: { message, code: message, type: message, param: authorization } }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` }
    const cwd = emptyFolder()
    const name = words.replaceAll('/', '').replace('evil.example', 'prompts')
    writeFileSync(join(cwd, name), 'a kite\n')
    const args = ['run', name, '--out', `${name} images`]
    const { code, stderr, stdout } = await spillway(args, { cwd, env })
    server.close()
    expect(`${stderr}${stdout}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(stderr).toContain('0 items done, 1 failed')
    expect(code).toBe(1)
    const written = readdirSync(cwd, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(written.length).toBeGreaterThan(3)
    const everything = written.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    expect([stderr, stdout, ...everything].join('\n')).not.toMatch(/canary|evil\.example/)
  })

  it('is nothing with --quiet, and painted with FORCE_COLOR', async () => {
    const { env } = await serve({ replies: [{ fault: 'invalidRequest', times: 1 }] })
    const cwd = folderWith(['a'])
    expect(await spillway([...RUN, '--quiet'], { cwd, env })).toEqual({ code: 1, signal: null, stdout: '', stderr: '' })
    const failing = await serve({ replies: [{ fault: 'invalidRequest', times: 1 }] })
    const painted = await spillway(['run', 'prompts.txt', '-o', 'two'], {
      cwd,
      env: { ...failing.env, FORCE_COLOR: '1' },
    })
    expect(painted.stderr).toContain('\u001b[31m✗')
  })

  it('does not mind a reader that leaves', async () => {
    const { env } = await serve()
    const cwd = folderWith(['a'])
    const command = `${process.execPath} --conditions=@spillway/source ${MAIN} run prompts.txt -o images --json | true`
    const { stderr } = await promisify(exec)(command, { cwd, env: { PATH: process.env['PATH'], ...env } })
    expect(stderr).toContain('1 item done')
    expect(stderr).not.toMatch(/EPIPE|Error/)
  })

  it('goes on when nobody reads its news any more', async () => {
    const { env } = await serve({ serviceTime: { image: { minMs: 300, meanMs: 300, maxMs: 300 } } }, 1)
    const cwd = folderWith(numbered(4))
    const running = startSpillway([...RUN, '--max-concurrency', '2'], { cwd, env })
    running.process.stderr?.once('data', () => running.process.stderr?.destroy())
    await once(running.process, 'exit')
    expect(running.process.exitCode).toBe(0)
    expect(pictures(cwd)).toBe(4)
  })
})
