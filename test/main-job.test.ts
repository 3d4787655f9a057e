import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readImagePrompt } from '@spillway/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../examples/image-batch/src/main.ts', import.meta.url))
const prompts = ['a fox', 'eine Ente', '霧の中の鳥居', 'جمل في واحة', 'ένας γάτος', 'дождь']
/**
 * A minute of model time in a second, with a brown-out at its beginning. Quicker, and the deadline of an image is as short
 * as the pauses of a busy machine.
 */
const quick = {
  startClock: 'firstRequest',
  timeScale: 60,
  endpoints: {
    gemini: { models: ['gemini-image'], phases: [{ kind: 'brownOut', durationMs: 30_000, refusedRatio: 0.5 }] },
    relay: { models: ['relayed-image'] },
  },
}
/** Images that take so long that somebody loses patience. */
const slow = { ...quick, timeScale: 1, serviceTime: { image: { minMs: 60_000, meanMs: 60_000, maxMs: 60_000 } } }

let folder: string
const path = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'main-job-'))
  await writeFile(path('prompts.jsonl'), prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(''))
  await writeFile(path('quick.json'), JSON.stringify(quick))
  await writeFile(path('slow.json'), JSON.stringify(slow))
})
afterAll(() => rm(folder, { recursive: true }))

function start(...args: string[]): {
  child: ChildProcess
  ended: Promise<{ code: number | null; output: string; errors: string }>
} {
  const child = spawn(process.execPath, ['--conditions=@spillway/source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, errors] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, output, errors }))
  return { child, ended }
}

/** Processes whose parent is, or was, the job: it starts none but the simulated API. */
async function simulators(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args='])
  return stdout.split('\n').filter((line) => line.includes('image-batch/src/simulator-process.ts'))
}
const childrenOf = async ({ pid }: ChildProcess): Promise<string[]> =>
  (await simulators()).filter((line) => line.trim().split(/\s+/)[1] === String(pid))
const isGone = async (line: string): Promise<boolean> =>
  !(await simulators()).some((each) => each.trim().split(/\s+/)[0] === line.trim().split(/\s+/)[0])

describe('the image job', () => {
  test('makes every image, keeps each one whole, compares by the counters, and leaves nothing behind', async () => {
    const { child, ended } = start(path('prompts.jsonl'), '--out', path('all'), '--scenario', path('quick.json'))
    await expect.poll(() => childrenOf(child), { timeout: 10_000 }).not.toEqual([])
    const { code, output, errors } = await ended
    expect({ code, errors }).toEqual({ code: 0, errors: '' })

    const files = (await readdir(path('all'))).toSorted()
    const images = files.filter((file) => file.endsWith('.png'))
    expect(files.filter((file) => !images.includes(file))).toEqual(['report.json'])
    const inside = await Promise.all(
      images.map(async (file) => readImagePrompt(await readFile(join(path('all'), file)))?.prompt),
    )
    expect(inside).toEqual(prompts)

    expect(output).toContain('6 images in')
    expect(output.includes('\u001B'), 'escape sequences where there is no terminal').toBe(false)
    const report = JSON.parse(await readFile(path('all/report.json'), 'utf8')) as {
      strategies: Record<string, unknown>[]
    }
    expect(report.strategies.map(({ strategy }) => strategy)).toEqual(['official client', 'five-try loop', 'spillway'])
    expect(report.strategies.at(-1)).toMatchObject({ prompts: 6, madeInTime: 6, failed: 0 })
    expect(await childrenOf(child)).toEqual([])
  })

  test('makes only what is missing when it goes on, and prints nothing but the report with --json', async () => {
    await rm(path('again'), { recursive: true, force: true })
    const args = [path('prompts.jsonl'), '--out', path('again'), '--scenario', path('quick.json'), '--resume', '--json']
    const first = await start(...args).ended
    expect(first.code).toBe(0)
    const [gone, torn] = (await readdir(path('again'))).toSorted()
    await rm(join(path('again'), gone ?? ''))
    await writeFile(join(path('again'), torn ?? ''), 'torn')
    const second = await start(...args).ended
    expect(second.code).toBe(0)
    expect(JSON.parse(second.output)).toMatchObject({
      strategies: [{ strategy: 'spillway', prompts: 2, madeInTime: 2 }],
    })
  })

  test('ends at Ctrl-C with 130, no torn file and no process', async () => {
    const { child, ended } = start(path('prompts.jsonl'), '--out', path('stopped'), '--scenario', path('slow.json'))
    await expect.poll(() => childrenOf(child), { timeout: 10_000 }).not.toEqual([])
    const [simulator = ''] = await childrenOf(child)
    await new Promise((resolve) => setTimeout(resolve, 700))
    child.kill('SIGINT')
    const { code, output } = await ended
    expect(code).toBe(130)
    expect(output).toContain('--resume goes on from there')
    expect(await readdir(path('stopped'))).toEqual(['report.json'])
    await expect.poll(() => isGone(simulator)).toBe(true)
  })

  test('does not wait for anything after the second Ctrl-C', async () => {
    const { child, ended } = start(path('prompts.jsonl'), '--out', path('twice'), '--scenario', path('slow.json'))
    await expect.poll(() => childrenOf(child), { timeout: 10_000 }).not.toEqual([])
    const [simulator = ''] = await childrenOf(child)
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
    expect((await readdir(path('twice'))).filter((file) => file.endsWith('.partial'))).toEqual([])
    await expect.poll(() => isGone(simulator), { timeout: 10_000 }).toBe(true)
  })

  test('takes the simulated API with it even when it is killed', async () => {
    const { child, ended } = start(path('prompts.jsonl'), '--out', path('killed'), '--scenario', path('slow.json'))
    await expect.poll(() => childrenOf(child), { timeout: 10_000 }).not.toEqual([])
    const [simulator = ''] = await childrenOf(child)
    child.kill('SIGKILL')
    await ended
    await expect.poll(() => isGone(simulator), { timeout: 10_000 }).toBe(true)
  })

  test.each([
    ['an unknown option', ['--fast'], 'usage: npm start'],
    ['a file that is not there', ['none.jsonl'], 'there is no such file'],
    ['a folder that cannot be', ['--out', '/dev/null/out'], 'Cannot write images to /dev/null/out'],
    ['--live without a key', ['--live'], 'GEMINI_API_KEY'],
  ])('refuses %s with exit code 2 before any call', async (_what, args, message) => {
    const { code, output, errors } = await start(...args).ended
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toContain(message)
    expect(errors).not.toContain('    at ')
  })

  test('lists what is wrong with the prompts, line by line, and makes no folder', async () => {
    await writeFile(path('bad.jsonl'), '{"prompt":"a"}\nnot json\n\n{"prompt":"a"}\n')
    const { code, errors } = await start(path('bad.jsonl'), '--out', path('never')).ended
    expect(code).toBe(2)
    expect(errors.match(/line \d+/g)).toEqual(['line 2', 'line 3', 'line 4', 'line 1'])
    await expect(readdir(path('never'))).rejects.toThrow('ENOENT')
  })
})
