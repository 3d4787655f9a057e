import { checkText } from '@spillway/core'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { PastUse } from '@spillway/core'
import { usageOf } from '../make/expected-usage.ts'
import { isBeingLoaded, openToRead } from './open-to-read.ts'
import { ATTEMPT_USE, type Row, itemOf } from './rows.ts'
import { checkSchema, damaged, isEmpty } from './schema.ts'

/** What was sent within such a time counts as sent together, at its last request: what is remembered stays small. */
const STEP_MS = 1000

/**
 * What the run in a folder has used of its places' quotas: every request that has left, and what came of it as far as that is
 * known. For the option `usedBefore` of `createMaker` or of core's `rateLimit`, so that a run that goes on within the day keeps
 * the day's quota. Changes nothing.
 *
 * ```ts
 * import { readPastUse } from '@spillway/batch'
 *
 * console.log(readPastUse('images', Date.now() - 86_400_000)) // => []
 * ```
 *
 * @param folder the out folder of the run; where there is none, nothing was used
 * @param since from when on, in milliseconds since 1970 UTC
 * @throws BatchError where the journal is damaged or of another version
 */
export function readPastUse(folder: string, since: number): readonly PastUse[] {
  checkText('readPastUse.folder', folder)
  const path = join(folder, '.spillway', 'journal.db')
  if (!existsSync(path)) return []
  let db: DatabaseSync | undefined
  try {
    db = openToRead(path)
    if (isEmpty(db)) return []
    checkSchema(db, path)
    return inSteps(db.prepare(ATTEMPT_USE).iterate(since))
  } catch (error) {
    if (isBeingLoaded(error)) return []
    throw damaged(path, error)
  } finally {
    db?.close()
  }
}

/** @param attempts oldest first */
function inSteps(attempts: Iterable<Row>): readonly PastUse[] {
  const steps = new Map<
    string,
    { partition: string; at: number; used: Record<'requests' | 'tokens' | 'images', number> }
  >()
  for (const attempt of attempts) {
    const [partition, at] = [String(attempt['endpoint']), Number(attempt['at'])]
    const key = `${Math.floor(at / STEP_MS)} ${partition}`
    const step = steps.get(key) ?? { partition, at, used: { requests: 0, tokens: 0, images: 0 } }
    const { images, tokens } = useOf(attempt)
    const { used } = step
    steps.set(key, {
      partition,
      at,
      used: { requests: used.requests + 1, tokens: used.tokens + tokens, images: used.images + images },
    })
  }
  return [...steps.values()]
}

/** Of the request that made the picture, what its answer said; of others, what was expected, and no picture where it was refused. */
function useOf(attempt: Row): { readonly images: number; readonly tokens: number } {
  const item = itemOf(attempt)
  const { images, inputTokens, outputTokens } = usageOf(item)
  const said = attempt['verdict'] === 'success' ? item.made?.usage : undefined
  const unmade = attempt['billed'] === 'no' && attempt['verdict'] !== 'success' && attempt['verdict'] !== 'empty'
  return { images: unmade ? 0 : (said?.['images'] ?? images), tokens: said?.['tokens'] ?? inputTokens + outputTokens }
}
