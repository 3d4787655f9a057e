import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BatchQueue } from './batch-queue.ts'

/** What is not installed with this package, because only those who have several machines need it. */
const PACKAGE = '@spillway/bullmq'

/** A package is needed that is not installed. The message has the line that installs it. */
export class QueueMissingError extends Error {
  override readonly name = 'QueueMissingError'
  readonly code = 'ERR_SPILLWAY_BATCH_QUEUE_MISSING'
}

/** What is needed of the package. */
interface QueuePackage {
  readonly openBatchQueue: (url: string, options: { readonly name?: string }) => BatchQueue
}

/**
 * Opens the queue at `url` with `@spillway/bullmq`, which is looked for where this package is and where the program was started.
 *
 * @throws QueueMissingError where it is not installed
 */
export const loadQueue = async (url: string, options: { readonly name?: string }): Promise<BatchQueue> => {
  const { openBatchQueue } = await load(url)
  return openBatchQueue(url, options)
}

const load = async (url: string): Promise<QueuePackage> => {
  const driver = url.startsWith('redis') ? 'ioredis' : 'pg'
  for (const from of [import.meta.filename, join(process.cwd(), 'spillway')]) {
    try {
      const found = createRequire(from).resolve(PACKAGE)
      // BullMQ loads it by itself, late, and says what is missing with a stack trace.
      createRequire(createRequire(found).resolve('bullmq')).resolve(driver)
      return (await import(pathToFileURL(found).href)) as QueuePackage
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }
  throw new QueueMissingError(`A queue needs packages that are not installed: npm install ${PACKAGE} bullmq ${driver}`)
}

const isMissing = (error: unknown): boolean =>
  ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes((error as { code?: string }).code ?? '')
