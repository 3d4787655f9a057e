import type { RunState } from './run-state.ts'

/** Between two tries to write what cannot be written. */
const TRY_AGAIN_MS = 1000

/**
 * Writes what is paid for. A disk that does not take it stops the run, which takes up nothing more; the picture stays in
 * memory and is written with the room that was kept for it or, failing that, as soon as there is some, until the time to end
 * is over.
 */
export async function untilWritten<T>(run: RunState, write: () => Promise<T>): Promise<T> {
  for (let first = true; ; first = false) {
    try {
      return await write()
    } catch (cause) {
      run.stopping.stop('disk')
      run.reserve.release()
      // Once more in any case: now there is the room that was kept.
      if (first) continue
      if (run.stopping.graceOver) throw new NotWrittenError(cause)
      await run.stopping.pause(TRY_AGAIN_MS)
    }
  }
}

/** Pictures came, and could not be written before the run had to end. */
export class NotWrittenError extends Error {
  override readonly name = 'NotWrittenError'

  constructor(cause: unknown) {
    super('The picture came and could not be written.', { cause })
  }
}
