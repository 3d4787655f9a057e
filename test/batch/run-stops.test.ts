import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderWith, numbered, pictures, RUN, serve } from './relay.ts'
import { spillway, startSpillway } from './spillway.ts'

describe('when it is interrupted', () => {
  /** Starts a run of pictures that take half a second, and waits until the first two are out. */
  const working = async (extra: readonly string[] = [], serviceMs = 500) => {
    const { simulator, env } = await serve(
      { serviceTime: { image: { minMs: serviceMs, meanMs: serviceMs, maxMs: serviceMs } } },
      1,
    )
    const cwd = folderWith(numbered(8))
    const running = startSpillway([...RUN, '--max-concurrency', '2', ...extra], { cwd, env })
    await expect.poll(() => simulator.counters().total.generations.started).toBeGreaterThan(1)
    return { simulator, env, cwd, running }
  }

  it('130: Ctrl-C lets finish what is out, takes nothing up, and the next start makes the rest and nothing twice', async () => {
    const { simulator, env, cwd, running } = await working(['--json'])
    running.process.kill('SIGINT')
    const { code, stdout, stderr } = await running.ended
    expect(code).toBe(130)
    expect(stderr).toContain('Stopping: nothing more is sent, and what is out has 2 min to end.')
    expect(stderr).toContain('To go on, start it again:\n  spillway run prompts.txt --out images')
    const { done, unknown, stopped } = JSON.parse(stdout) as Record<string, unknown>
    expect({ done, unknown, stopped }).toEqual({
      done: simulator.counters().total.images,
      unknown: 0,
      stopped: 'signal',
    })
    expect(await spillway(RUN, { cwd, env })).toMatchObject({ code: 0 })
    expect(simulator.counters().total.promptsByTimesMade).toEqual({ 1: 8 })
    expect(pictures(cwd)).toBe(8)
  })

  it('130: ends at once where everything only waits for a calm hour', async () => {
    const { simulator, env } = await serve()
    const cwd = folderWith(numbered(3))
    const inHours = (hours: number): number => (new Date().getUTCHours() + hours) % 24
    const bands = [
      { fromHour: inHours(0), level: 'peak' },
      { fromHour: inHours(3), level: 'low' },
    ]
    writeFileSync(join(cwd, 'bands.json'), JSON.stringify(bands))
    const args = [...RUN, '--off-peak', '--bands', 'bands.json', '--deadline', '12h', '--json']
    const running = startSpillway(args, { cwd, env })
    running.process.stderr?.once('data', () => running.process.kill('SIGINT'))
    const { code, stdout, stderr } = await running.ended
    expect(code).toBe(130)
    expect(stderr).toContain('Stopping: nothing is out, and nothing more is sent.\n')
    expect(stderr).not.toContain('to end.')
    expect(JSON.parse(stdout)).toMatchObject({ done: 0, failed: 0, unknown: 0, left: 3 })
    expect(simulator.counters().total.requests).toBe(0)
  })

  it('130: ends at once while it reads its input, and leaves nothing that a new start would stumble over', async () => {
    const { env } = await serve()
    const cwd = folderWith(numbered(1))
    const running = startSpillway(['run', '-', '--out', 'images'], { cwd, env, staysOpen: true })
    await expect.poll(() => existsSync(join(cwd, 'images/.spillway/journal.db'))).toBe(true)
    running.process.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, stdout: '' })
    expect(await spillway(RUN, { cwd, env })).toMatchObject({ code: 0 })
  })

  it('143: SIGTERM does the same', async () => {
    const { running } = await working()
    running.process.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 143, signal: null })
  })

  it('130 at once at the second Ctrl-C, whatever is out', async () => {
    const { running } = await working([], 60_000)
    running.process.kill('SIGINT')
    running.process.kill('SIGINT')
    running.process.stderr?.once('data', () => running.process.kill('SIGINT'))
    const { code, stderr } = await running.ended
    expect(code).toBe(130)
    expect(stderr).toContain('Stopped at once.')
  })
})

describe('what was sent when it was killed', () => {
  it('is not asked for again, or with the same key, so that a relay makes nothing twice', async () => {
    const serviceTime = { image: { minMs: 700, meanMs: 700, maxMs: 700 } }
    const { simulator, env } = await serve({ serviceTime }, 1)
    const cwd = folderWith(numbered(5))
    const running = startSpillway([...RUN, '--max-concurrency', '2'], { cwd, env })
    await expect.poll(() => simulator.counters().total.generations.started).toBe(4)
    running.process.kill('SIGKILL')
    await running.ended
    const skipped = await spillway([...RUN, '--json'], { cwd, env })
    expect(JSON.parse(skipped.stdout)).toMatchObject({ exit: 1, done: 3, unknown: 2 })
    expect(skipped.stderr).toContain('--on-unknown again asks once more, and may pay twice.')
    expect(simulator.counters().total.requests).toBe(5)
    expect(await spillway([...RUN, '--on-unknown', 'again'], { cwd, env })).toMatchObject({ code: 0 })
    const { requests, images, promptsByTimesMade, outcomes } = simulator.counters().total
    expect({ requests, images, promptsByTimesMade }).toEqual({ requests: 7, images: 5, promptsByTimesMade: { 1: 5 } })
    expect(outcomes['replayed']).toBe(2)
  })
})

describe('what an earlier start has used', () => {
  it('counts towards the quota of the day: two starts send no more than one', async () => {
    const { simulator, env } = await serve()
    const cwd = folderWith(numbered(12))
    const args = [...RUN, '--images-per-day', '7', '--json']
    const first = await spillway([...args, '--limit', '4'], { cwd, env })
    expect(JSON.parse(first.stdout)).toMatchObject({ exit: 0, stopped: 'limit', done: 4 })
    const running = startSpillway(args, { cwd, env })
    // Whoever does not remember sends the eight that are left in one moment.
    await expect.poll(() => simulator.counters().total.images, { timeout: 20_000 }).toBeGreaterThanOrEqual(7)
    running.process.kill('SIGINT')
    const { stdout } = await running.ended
    expect(JSON.parse(stdout)).toMatchObject({ exit: 130, done: 7, failed: 0, left: 5 })
    expect(simulator.counters().total.requests).toBe(7)
  })
})
