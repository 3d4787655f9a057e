import type { ItemRecord } from '../journal/records.ts'
import type { Made } from '../make/make.ts'
import { formatOf } from '../output/image-format.ts'
import { Attempts } from './attempts.ts'
import { failItem } from './fail-item.ts'
import { itemErrorOf, OUTCOME_UNKNOWN } from './item-error.ts'
import type { RunState } from './run-state.ts'
import { saveItem, settleSame } from './save-item.ts'
import { NotWrittenError } from './until-written.ts'

/** Takes an item from its place in the line to its end, and those that ask for the same with it. */
export async function makeItem(run: RunState, item: ItemRecord): Promise<void> {
  const { journal, stopping } = run
  run.tell({ type: 'item.started', id: item.id })
  run.atStep('taken')
  const kept = await run.cache?.get(item)
  if (kept === undefined) await askFor(run, item)
  else await saveOrFail(run, item, kept, 'cache')
  const ended = journal.item(item.seq)
  if (ended.state !== 'waiting' && !stopping.graceOver) await settleSame(run, ended)
}

async function askFor(run: RunState, item: ItemRecord): Promise<void> {
  const { options, journal, stopping, budget } = run
  // What a maker remembers may have been paid for: it says itself before it asks anew.
  if (!options.makerRemembers && !budget.mayAllow(options.estimateCost(item))) return stopping.stop('cost')
  const attempts = new Attempts(run, item)
  // What is asked for is a part of it: a line that has changed must not get the picture of what stood there.
  const idempotencyKey = `${journal.key}-${item.seq}-${item.fingerprint.slice(0, 16)}`
  let made: Made
  try {
    made = await stopping.during(attempts, (signal) =>
      options.make(item, { signal, attempts, idempotencyKey, runKey: journal.key }),
    )
  } catch (error) {
    return notMade(run, item, attempts, error)
  } finally {
    attempts.release()
  }
  run.atStep('answered')
  await saveOrFail(run, item, made, 'request')
}

async function saveOrFail(run: RunState, item: ItemRecord, made: Made, source: 'request' | 'cache'): Promise<void> {
  if (!made.images.some(({ bytes }) => formatOf(bytes) !== undefined)) {
    const verdict = 'empty' as const
    const message = made.images.length === 0 ? 'no picture in the answer' : 'what came instead of a picture is none'
    return failItem(run, item, 'failed', { code: verdict, message, verdict })
  }
  try {
    await saveItem(run, item, made, source)
  } catch (error) {
    if (!(error instanceof NotWrittenError)) throw error
    failItem(run, item, 'failed', { code: 'not_written', message: `${error.message} It is lost.` })
  }
}

/** What to do with an item whose requests have all failed, or were not sent at all. */
function notMade(run: RunState, item: ItemRecord, attempts: Attempts, error: unknown): void {
  const { journal, stopping } = run
  if (attempts.fatal !== undefined) throw attempts.fatal
  const why = itemErrorOf(error, journal.attemptsOf(item.seq), attempts.code)
  if (attempts.mayBeMade) {
    failItem(run, item, 'unknown', {
      ...why,
      ...OUTCOME_UNKNOWN,
      message: `${OUTCOME_UNKNOWN.message} (${why.message})`,
    })
  } else if (attempts.refused || stopping.graceOver) run.write(() => journal.waitAgain(item.seq))
  else failItem(run, item, 'failed', why)
}
