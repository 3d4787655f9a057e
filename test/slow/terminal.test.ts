// The display in a real terminal: one that `script` of util-linux opens, which keys are typed into and which changes its size.
import { spawn, spawnSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { folderWith, numbered, serve } from '../batch/relay.ts'
import { MAIN } from '../batch/spillway.ts'

/** As util-linux has it: others know no `-e`. */
const hasScript = spawnSync('script', ['-qec', 'stty cols 9', '/dev/null'], { stdio: 'ignore' }).status === 0

interface Session {
  /** Everything that was written to the terminal. */
  readonly seen: () => string
  readonly type: (keys: string) => void
  resize(columns: number): void
  readonly ended: Promise<number | null>
}

/** Starts the program in a terminal of 60 columns and 20 rows. */
function inTerminal(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Session {
  const quoted = args.map((arg) => `'${arg}'`).join(' ')
  const program = `'${process.execPath}' --conditions=@spillway/source '${MAIN}' ${quoted}`
  const child = spawn('script', ['-qefc', `stty cols 60 rows 20; tty; echo pid $$; exec ${program}`, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let seen = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text))
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  const resize = (columns: number): void => {
    const tty = /\/dev\/pts\/\d+/.exec(seen)?.[0] ?? ''
    expect(spawnSync('stty', ['-F', tty, 'cols', String(columns)]).status).toBe(0)
  }
  return { seen: () => seen, type: (keys) => void child.stdin.write(keys), resize, ended }
}

/** What was drawn, in the order in which it was: between the marks that hold a terminal back. */
const framesIn = (seen: string): string[][] =>
  seen
    .split('\u001b[?2026h')
    .slice(1)
    .map((part) => stripVTControlCharacters(part.split('\u001b[?2026l')[0] ?? '').split(/\r?\n|\r/))
const widest = (frames: readonly string[][]): number =>
  Math.max(...frames.flatMap((lines) => lines.map((line) => line.length)))
const cursorIsShown = (seen: string): boolean => seen.lastIndexOf('\u001b[?25h') > seen.lastIndexOf('\u001b[?25l')
/** Ctrl-C, and again when the first has been heard: two at once are one. */
const endedByTwo = async ({ type, seen, ended }: Session): Promise<number | null> => {
  type('\u0003')
  await expect.poll(seen, { timeout: 60_000 }).toContain('Stopping: nothing more is sent')
  type('\u0003')
  return ended
}
const RUN = ['run', 'prompts.txt', '--out', 'images', '--max-concurrency', '2']

describe.skipIf(!hasScript)(`in a terminal${hasScript ? '' : ' (util-linux’s script is not here)'}`, () => {
  /** Starts a run whose pictures take so long, and waits until it is drawn. */
  const working = async (serviceMs: number, env: Readonly<Record<string, string>> = {}, prompts = 8) => {
    const serviceTime = { image: { minMs: serviceMs, meanMs: serviceMs, maxMs: serviceMs } }
    const relay = await serve({ serviceTime }, 1)
    const session = inTerminal(RUN, folderWith(numbered(prompts)), { ...relay.env, ...env })
    await expect.poll(session.seen, { timeout: 60_000 }).toContain('2 in flight')
    return session
  }

  it('a run is drawn within its width, and leaves the cursor', async () => {
    const session = await working(1500)
    expect(session.seen()).toContain('\u001b[?25l')
    expect(await session.ended).toBe(0)
    const seen = session.seen()
    expect(cursorIsShown(seen)).toBe(true)
    expect(widest(framesIn(seen))).toBeLessThan(60)
    expect(stripVTControlCharacters(seen)).toContain('8 items done. In images')
  })

  it('a run is drawn anew within a terminal that has become narrow', async () => {
    const session = await working(120_000)
    const before = framesIn(session.seen()).length
    session.resize(20)
    await expect.poll(() => framesIn(session.seen()).length, { timeout: 60_000 }).toBeGreaterThan(before + 4)
    expect(widest(framesIn(session.seen()).slice(before + 2))).toBeLessThan(20)
    expect(await endedByTwo(session)).toBe(130)
  })

  it('Ctrl-C once ends what is out and says how to go on, with a cursor', async () => {
    const session = await working(1500)
    session.type('\u0003')
    expect(await session.ended).toBe(130)
    const text = stripVTControlCharacters(session.seen())
    expect(text).toContain('what is out has 2 min to end.')
    expect(text).toMatch(/\d items done, \d left\.[^]*To go on, start it again:\s+spillway run prompts\.txt/)
    expect(cursorIsShown(session.seen())).toBe(true)
  })

  it('Ctrl-C twice ends at once, with a cursor', async () => {
    const session = await working(120_000)
    expect(await endedByTwo(session)).toBe(130)
    expect(stripVTControlCharacters(session.seen())).toContain('Stopped at once.')
    expect(cursorIsShown(session.seen())).toBe(true)
  })

  it('killed, it leaves the screen as it is: not another one, and not one that is held back', async () => {
    const session = await working(120_000)
    const pid = Number(/pid (\d+)/.exec(session.seen())?.[1])
    expect(pid).toBeGreaterThan(1)
    process.kill(pid, 'SIGKILL')
    await session.ended
    const seen = session.seen()
    expect(seen).not.toContain('\u001b[?1049h')
    expect(seen.split('\u001b[?2026h')).toHaveLength(seen.split('\u001b[?2026l').length)
  })

  it('NO_COLOR takes the colours, TERM=dumb everything', async () => {
    const plain = await working(3000, { NO_COLOR: '1' }, 2)
    expect(await plain.ended).toBe(0)
    expect(
      plain
        .seen()
        .split('\u001b[')
        .filter((part) => /^[\d;]*m/.test(part)),
    ).toEqual([])
    const { env } = await serve()
    const dumb = inTerminal(RUN, folderWith(numbered(2)), { ...env, TERM: 'dumb' })
    expect(await dumb.ended).toBe(0)
    expect(dumb.seen()).toContain('2 items done.')
    expect(dumb.seen()).not.toContain('\u001b')
  })

  it('what comes from outside cannot speak to it', async () => {
    const { env } = await serve()
    const cwd = folderWith(numbered(2))
    const name = '\u001b]0;title\u0007\u001b[31mred.txt'
    renameSync(join(cwd, 'prompts.txt'), join(cwd, name))
    const session = inTerminal(['run', name, '--out', 'images', '--limit', '1'], cwd, env)
    expect(await session.ended).toBe(0)
    expect(session.seen()).toContain('red.txt')
    for (const sequence of ['\u001b]0;', '\u001b[31mred']) expect(session.seen()).not.toContain(sequence)
  })
})
