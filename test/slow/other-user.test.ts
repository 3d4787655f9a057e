// As somebody who is not allowed everything: the program is started as a user of its own where the tests are root's.
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readRun } from '@spillway/batch'
import { describe, expect, it } from 'vitest'
import { folderWith, numbered, pictures, RUN } from '../batch/relay.ts'
import { type Ended, MAIN, spillway } from '../batch/spillway.ts'

/** "nobody", on every Linux. */
const NOBODY = 65_534
const canRead = { uid: NOBODY, gid: NOBODY, stdio: 'ignore' } as const
const why =
  process.getuid?.() !== 0
    ? 'only root can become another user'
    : spawnSync(process.execPath, ['-e', `require('fs').accessSync('${MAIN}')`], canRead).status !== 0
      ? 'another user cannot read this checkout'
      : undefined

const SIMULATED = [...RUN, '--simulate', '--quiet']
const asNobody = (cwd: string, args: readonly string[] = SIMULATED): Promise<Ended> =>
  spillway(args, { cwd, uid: NOBODY })

/** A folder with prompts that everybody may read, and that is root's or somebody else's. */
const folderOf = (owner: number): string => {
  const cwd = folderWith(numbered(2))
  chmodSync(cwd, 0o755)
  chownSync(cwd, owner, owner)
  return cwd
}
const REFUSED = { code: 2, stdout: '', stderr: expect.stringMatching(/^Cannot write pictures to .*\n$/) as string }

describe.skipIf(why !== undefined)(`as another user${why === undefined ? '' : ` (${why})`}`, () => {
  it('a run works without HOME, and without a name', async () => {
    const cwd = folderOf(NOBODY)
    expect(await asNobody(cwd)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    expect(pictures(cwd)).toBe(2)
  })

  it('2: a folder that belongs to somebody else is refused, and nothing is left in it', async () => {
    const cwd = folderOf(0)
    expect(await asNobody(cwd)).toMatchObject(REFUSED)
    mkdirSync(join(cwd, 'images'))
    expect(await asNobody(cwd)).toMatchObject(REFUSED)
    expect(readdirSync(join(cwd, 'images'))).toEqual([])
  })

  it('2: a folder of one’s own that is read-only is refused', async () => {
    const cwd = folderOf(NOBODY)
    chmodSync(cwd, 0o555)
    expect(await asNobody(cwd)).toMatchObject(REFUSED)
    expect(existsSync(join(cwd, 'images'))).toBe(false)
  })

  it.each(['.spillway/journal.db', '.spillway/lock.db', 'results.jsonl'])(
    '2: a run whose %s is somebody else’s is refused, and goes on when it no longer is',
    async (file) => {
      const cwd = folderOf(NOBODY)
      expect(await asNobody(cwd, [...SIMULATED, '--limit', '1'])).toMatchObject({ code: 0 })
      const path = join(cwd, 'images', file)
      chownSync(path, 0, 0)
      expect(await asNobody(cwd)).toMatchObject(REFUSED)
      chownSync(path, NOBODY, NOBODY)
      expect(await asNobody(cwd)).toMatchObject({ code: 0 })
      expect(readRun(join(cwd, 'images')).counts).toMatchObject({ done: 2, waiting: 0 })
    },
  )

  it('a run of somebody else can be looked at, and its report goes elsewhere', async () => {
    const cwd = folderOf(0)
    expect(await spillway(SIMULATED, { cwd })).toMatchObject({ code: 0 })
    const refused = await asNobody(cwd, ['report', 'images'])
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Name another file with --to') as string })
    const page = join(folderOf(NOBODY), 'run.html')
    expect(await asNobody(cwd, ['report', 'images', '--to', page])).toMatchObject({ code: 0, stdout: `${page}\n` })
  })
})

/** In a name space of its own, in which anybody may mount a disk of memory; it goes with the process. */
const onDisk = (kib: number, script: string): ReturnType<typeof spawnSync> => {
  const mount = `mount -t tmpfs -o size=${kib}k tmpfs /mnt`
  return spawnSync('unshare', ['-Urm', 'sh', '-c', `${mount} && ${script}`], { encoding: 'utf8' })
}
const program = `'${process.execPath}' --conditions=@spillway/source '${MAIN}'`

describe.skipIf(onDisk(64, 'true').status !== 0)('on a disk that is full or read-only', () => {
  it.each([
    ['for its tables', 64, 2],
    ['for its input', 1000, 8000],
    ['for what is kept free', 8000, 2],
  ])('2: a run without room %s is refused, and begins when there is some', (_, kib, prompts) => {
    const cwd = folderWith(numbered(prompts))
    const run = `${program} run ${cwd}/prompts.txt --out /mnt/images --simulate --quiet --limit 1`
    const { stdout, stderr } = onDisk(
      kib,
      `{ ${run}; echo "code $?"; mount -o remount,size=200m /mnt; ${run}; echo "code $?"; }`,
    )
    expect(stdout).toBe('code 2\ncode 0\n')
    expect(stderr).toMatch(/^(Cannot write pictures to|The disk of) \/mnt\/images[:i ]* .*full.*\n$/)
  })

  it('2: a file system that is read-only is refused, and a run on it can be looked at', () => {
    const cwd = folderWith(numbered(1))
    const run = `${program} run ${cwd}/prompts.txt --out /mnt/images --simulate --quiet`
    const report = `${program} report /mnt/images --to ${cwd}/report.html`
    const { stdout, stderr } = onDisk(
      100_000,
      `{ ${run} && mount -o remount,ro /mnt && { ${run}; echo "code $?"; ${report}; echo "code $?"; }; }`,
    )
    expect(stdout).toBe(`code 2\n${cwd}/report.html\ncode 0\n`)
    expect(stderr).toContain('Cannot write pictures to /mnt/images: the file system is read-only.')
  })
})
