import type { IncomingMessage, ServerResponse } from 'node:http'
import { checkKnown, checkFunction, systemRandom, type Random } from '@spillway/core'
import type { Answer } from './answer.ts'
import { breakOff } from './break-off.ts'
import { problemAnswer, type Problem } from './problem.ts'
import { problemOf } from './problem-of.ts'

/** Options of the `errorHandler`. `Host` is the request as the host's handlers get it. */
export interface ErrorHandlerOptions<Host = unknown> {
  /** Hears each error that it has answered, with the status, for your log: the host does not see it any more. @default none */
  readonly onError?: ((error: unknown, status: number, host: Host) => void) | undefined
  /** Chance for the jitter of `Retry-After`. @default systemRandom */
  readonly random?: Random
}

/**
 * What became of an error: an answer to be sent, an answer that was broken off, or nothing, because it is not for us to
 * answer. `late`: the answer was whole before the error came.
 */
export type Failed = { readonly answer: Answer } | 'broken_off' | 'late' | 'not_ours'

/**
 * The part of the `errorHandler` that knows no host.
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const failureAnswerer = <Host>(
  options: ErrorHandlerOptions<Host> = {},
): ((error: unknown, host: Host, request: IncomingMessage, response: ServerResponse) => Failed) => {
  checkKnown('errorHandler', options, ['onError', 'random'])
  const { onError, random = systemRandom } = options
  checkFunction('errorHandler.onError', onError, true)
  checkFunction('errorHandler.random', random)
  /** Of a handler that is overdue the same error comes twice. */
  const heard = new WeakSet<object>()
  return (error, host, request, response) => {
    const problem = problemOf(error)
    if (!response.headersSent && problem === undefined) return 'not_ours'
    const told: Problem = problem ?? { status: 500 }
    if (typeof error === 'object' && error !== null && !heard.has(error)) onError?.(error, told.status, host)
    if (typeof error === 'object' && error !== null) heard.add(error)
    if (response.writableEnded) return 'late'
    if (!response.headersSent) return { answer: problemAnswer(told, request.headers.accept, random) }
    breakOff(response, told)
    return 'broken_off'
  }
}
