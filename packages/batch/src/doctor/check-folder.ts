import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ok, problem, warning, type Finding } from './finding.ts'

const GIB = 1024 ** 3
/** Room for some hundred large pictures, and for a journal in any case. */
const LITTLE_BYTES = GIB
const NEXT_TO_NOTHING_BYTES = 100 * 1024 ** 2

/** File systems over a network, by the number that the kernel gives them. SQLite's write-ahead log needs shared memory. */
const NETWORK_TYPES: ReadonlySet<number> = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546])

/** Whether a run could write into a folder: looks by doing so, since permissions do not tell of a file system that is read-only. */
export function checkFolder(folder: string): Finding[] {
  const subject = folder
  const { there, path } = nearest(resolve(folder))
  if (path === undefined) return [problem('folder', subject, 'is a file, or behind one', 'Name another with --out.')]
  try {
    rmSync(mkdtempSync(join(path, '.spillway-doctor-')), { recursive: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const where = there ? 'cannot be written' : `cannot be made in ${path}`
    return [problem('folder', subject, `${where} (${code})`, 'Name another with --out, or see to its rights.')]
  }
  const findings = [ok('folder', subject, there ? 'can be written' : 'is not there yet, and can be made')]
  const { bavail, bsize, type } = statfsSync(path)
  const free = bavail * bsize
  const room = `${free >= GIB ? `${(free / GIB).toFixed(1)} GiB` : `${Math.floor(free / 1024 ** 2)} MiB`} free`
  const more = 'Make room, or name another with --out. A run stops where the disk is full, and goes on later.'
  if (free < NEXT_TO_NOTHING_BYTES) findings.push(problem('folder', subject, room, more))
  else findings.push(free < LITTLE_BYTES ? warning('folder', subject, room, more) : ok('folder', subject, room))
  if (NETWORK_TYPES.has(type))
    findings.push(
      warning(
        'folder',
        subject,
        'is on a network file system',
        'A journal belongs on a local disk: copy the pictures afterwards.',
      ),
    )
  return findings
}

/** The folder, or the nearest one above it that is there. */
function nearest(folder: string): { readonly there: boolean; readonly path: string | undefined } {
  for (let at = folder; ; at = dirname(at)) {
    const found = statSync(at, { throwIfNoEntry: false })
    if (found !== undefined) return { there: at === folder, path: found.isDirectory() ? at : undefined }
    if (at === dirname(at)) return { there: false, path: undefined }
  }
}
