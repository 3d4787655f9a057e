import type { CallContext } from '../kernel/call-context.ts'
import type { Operation } from '../kernel/policy.ts'

/** One answer of a {@link scriptedOperation}. */
export type ScriptStep<R> =
  /** Gives a value, after `afterMs`. */
  | { readonly value: R; readonly afterMs?: number; readonly deaf?: boolean }
  /** Throws, after `afterMs`. */
  | { readonly error: unknown; readonly afterMs?: number; readonly deaf?: boolean }
  /** Never answers. `deaf`: not even when the signal aborts. */
  | { readonly hang: true; readonly deaf?: boolean }

/** An operation that follows a script, and remembers what happened. */
export interface ScriptedOperation<R> extends Operation<R> {
  /** How often it ran. */
  readonly runs: number
  /** How many runs are at work. */
  readonly running: number
  /** When each run began, on the pipeline's clock, and where it went. */
  readonly started: readonly { readonly at: number; readonly endpoint: string | undefined }[]
  /** The reasons of the signals that ended runs. */
  readonly aborts: readonly unknown[]
}

/**
 * "Fail twice with X, then return Y": answers step by step; the last step answers every further run.
 *
 * ```ts
 * import { pipeline, retry } from '@spillway/core'
 * import { scriptedOperation } from '@spillway/core/testing'
 *
 * const operation = scriptedOperation([{ error: new Error('busy') }, { value: 'done' }])
 * console.log(await pipeline([retry({ jitter: 'none' })]).execute(operation), operation.runs) // => done 2
 * ```
 *
 * @param steps at least one
 */
export const scriptedOperation = <R>(steps: readonly ScriptStep<R>[]): ScriptedOperation<R> => {
  if (steps.length === 0) throw new RangeError('scriptedOperation needs at least one step.')
  const started: { at: number; endpoint: string | undefined }[] = []
  const aborts: unknown[] = []
  let running = 0

  const operation = (context: CallContext): Promise<R> => {
    const step = steps[Math.min(started.length, steps.length - 1)] as ScriptStep<R>
    const { clock } = context.call
    started.push({ at: clock.now(), endpoint: context.endpoint?.name })
    running++
    return new Promise<R>((resolve, reject) => {
      const end = (settle: () => void): void => {
        running--
        settle()
      }
      const afterMs = 'hang' in step ? Infinity : (step.afterMs ?? 0)
      const finish = (): void =>
        end(() => {
          stop()
          if ('value' in step) resolve(step.value)
          else if ('error' in step) reject(step.error)
        })
      const stop = step.deaf
        ? () => {}
        : context.onAbort((reason) => {
            aborts.push(reason)
            timer.cancel()
            end(() => reject(reason))
          })
      const timer = clock.setTimer(afterMs, finish)
    })
  }
  return Object.defineProperties(operation as unknown as ScriptedOperation<R>, {
    runs: { get: () => started.length },
    running: { get: () => running },
    started: { value: started },
    aborts: { value: aborts },
  })
}
