import { checkKnown } from '@spillway/core'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { BatchError } from '../batch-error.ts'
import { readRun } from '../journal/read-run.ts'
import type { FileRecord } from '../journal/records.ts'
import { whyUnwritable } from '../output/why-unwritable.ts'
import { reportPage } from './page.ts'

/** Options of {@link reportRun}. */
export interface ReportOptions {
  /** Where the page is written. @default report.html in the run's folder */
  readonly to?: string
  /**
   * Whether the pictures themselves are within the page, so that it can be sent to somebody; else it finds them beside itself.
   * @default false
   */
  readonly embed?: boolean
  /** How many bytes of pictures are within the page at most: what is over is linked. @default 50000000 */
  readonly maxEmbedBytes?: number
}

/** What {@link reportRun} has written. */
export interface Report {
  /** The page. */
  readonly file: string
  readonly bytes: number
  /** How many pictures are within the page. */
  readonly embedded: number
  /** How many it finds beside itself. */
  readonly linked: number
}

const MOST_EMBEDDED = 50_000_000

/**
 * Writes a run as one HTML page: what came when, how long answers took, what it cost, how the endpoints were, what failed and
 * why, and a contact sheet of the pictures. It loads nothing from anywhere, and works while the run does.
 *
 * ```ts
 * import { BatchError, reportRun } from '@spillway/batch'
 *
 * try {
 *   const { file, linked } = await reportRun('images')
 *   console.log(`${file}: ${linked} pictures`)
 * } catch (error) {
 *   console.log(error instanceof BatchError && error.code) // => ERR_SPILLWAY_BATCH_NO_RUN
 * }
 * ```
 *
 * @param folder the out folder of the run
 * @throws BatchError where there is no run, its journal is damaged or of another version, or the page cannot be written
 */
export const reportRun = async (folder: string, options: ReportOptions = {}): Promise<Report> => {
  checkKnown('reportRun', options, ['to', 'embed', 'maxEmbedBytes'])
  const run = readRun(folder)
  const file = resolve(options.to ?? join(folder, 'report.html'))
  const within =
    options.embed === true ? await embedded(run.items, folder, options.maxEmbedBytes ?? MOST_EMBEDDED) : new Map()
  const linkTo = (name: string): string => linkOf(relative(dirname(file), resolve(folder, name)))
  const source = ({ name }: FileRecord): string => within.get(name) ?? linkTo(name)
  const page = reportPage(run, source, Date.now())
  await writeFile(file, page).catch((cause: unknown) => {
    const message = `Cannot write the report to ${file}: ${whyUnwritable(cause)}. Name another file with --to.`
    throw new BatchError('ERR_SPILLWAY_BATCH_FOLDER', message, { cause })
  })
  const pictures = new Set(run.items.flatMap(({ made }) => (made?.files ?? []).map(({ name }) => name)))
  return { file, bytes: Buffer.byteLength(page), embedded: within.size, linked: pictures.size - within.size }
}

/** A path as a relative address: no part of it can be taken for a scheme, a query or a way out of a quote. */
const linkOf = (path: string): string => `./${path.split(/[/\\]/).map(encodeURIComponent).join('/')}`

/** The pictures by name, in order, as far as there is room. */
const embedded = async (
  items: readonly { readonly made?: { readonly files: readonly FileRecord[] } }[],
  folder: string,
  room: number,
): Promise<Map<string, string>> => {
  const pictures = new Map<string, string>()
  let left = room
  for (const { name } of items.flatMap(({ made }) => made?.files ?? [])) {
    const path = join(folder, name)
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1).toLowerCase()]
    const bytes = await sizeOf(path)
    if (type === undefined || pictures.has(name) || bytes === undefined || bytes > left) continue
    left -= bytes
    pictures.set(name, `data:${type};base64,${(await readFile(path)).toString('base64')}`)
  }
  return pictures
}

/** What a run writes and a browser shows. */
const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
}

/** A picture that was moved away is linked, as one that is there. */
const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).size
  } catch {
    return undefined
  }
}
