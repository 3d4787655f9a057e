import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { BatchSummary } from './run-batch.ts'

const SCRIPT = fileURLToPath(new URL('./__fixtures__/fill-disk.ts', import.meta.url))

/** In a name space of its own, in which anybody may mount a disk of memory; it goes with the process. */
const inSmallDisk = (command: string): ReturnType<typeof spawnSync> =>
  spawnSync('unshare', ['-Urm', 'sh', '-c', `mount -t tmpfs -o size=8m tmpfs /mnt && ${command}`], { encoding: 'utf8' })

test.skipIf(inSmallDisk('true').status !== 0)(
  'a disk that is full stops the run, and nothing that was paid for is lost or paid for again',
  { timeout: 30_000 },
  () => {
    const { stdout, stderr } = inSmallDisk(`${process.execPath} --conditions=@spillway/source ${SCRIPT} /mnt`)
    expect(stderr).toBe('')
    const seen = JSON.parse(String(stdout)) as {
      readonly first: BatchSummary
      readonly askedFirst: number
      readonly full: string
      readonly second: BatchSummary
      readonly asked: readonly string[]
    }
    expect(seen.first.stopped).toBe('disk')
    // All that was asked for is there: what was under way was written with the room that was kept.
    expect(seen.first.counts).toMatchObject({ done: seen.askedFirst, failed: 0, unknown: 0, sent: 0, saving: 0 })
    expect(seen.askedFirst).toBeLessThan(24)
    expect(seen.full).toMatch(/The disk of .* is full: less than 1 MiB are left/)
    expect(seen.second).toMatchObject({ stopped: 'finished', counts: { done: 24 } })
    expect(new Set(seen.asked).size).toBe(seen.asked.length)
  },
)
