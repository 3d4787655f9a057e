import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MAIN } from '../batch/spillway.ts'

/** What cannot be written to: a device of Linux. */
const FULL = '/dev/full'

const run = async (stdout: 'ignore' | number, stderr: 'ignore' | number, cwd: string): Promise<number | null> => {
  const args = ['--conditions=@spillway/source', MAIN, 'run', 'prompts.txt', '--out', 'images', '--simulate', '--json']
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', stdout, stderr] })
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}

// The first line that could not be written ended the process, with what was paid for on its way.
it.skipIf(!existsSync(FULL))(
  'makes everything where its log, or its summary, finds the disk full',
  { timeout: 60_000 },
  async () => {
    const full = openSync(FULL, 'w')
    for (const [stdout, stderr, code] of [
      ['ignore', full, 0],
      [full, 'ignore', 1],
    ] as const) {
      const cwd = mkdtempSync(join(tmpdir(), 'spillway-full-'))
      writeFileSync(join(cwd, 'prompts.txt'), 'a heron\n')
      expect(await run(stdout, stderr, cwd)).toBe(code)
      expect(readFileSync(join(cwd, 'images', 'results.jsonl'), 'utf8')).toContain('"state":"done"')
    }
  },
)
