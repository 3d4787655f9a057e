import {
  type CallContext,
  type ContextKey,
  createContextKey,
  type Gate,
  pipeline,
  type Usage,
  type Verdict,
  withCallOptions,
} from '@spillway/core'
import type { Sending } from './place.ts'

/** What one request has shown, for the attempt that it is made in. */
export interface Heard {
  /** Where the request's limits and usage are told on. */
  readonly context: CallContext
  /** How many milliseconds of its clock pass in one of the server's. */
  readonly clockRate: number
  verdict: Verdict | undefined
  usage: Usage | undefined
}

const HEARD: ContextKey<Heard | undefined> = createContextKey<Heard | undefined>('heard', undefined)

/**
 * One attempt of the run's pipeline is one request of a client with a pipeline of its own, in which there is nothing but this:
 * what the request shows is told to the attempt. So one pipeline chooses among places of different protocols, and each
 * answer is judged by the adapter that knows it.
 */
const listening: Gate = {
  name: 'listening',
  enter: () => undefined,
  leave(context, { verdict }) {
    const heard = context.get(HEARD)
    if (heard !== undefined) heard.verdict = inTimeOf(heard, verdict, 'retryAfterMs')
  },
  progress(context, progress) {
    context.get(HEARD)?.context.progress(progress)
  },
  providerSaid(context, report) {
    const heard = context.get(HEARD)
    if (heard === undefined) return
    heard.usage = { ...heard.usage, ...report.usage }
    const { limits } = report
    const told = limits?.map((limit) => inTimeOf(heard, limit, 'resetMs'))
    heard.context.providerSaid({ ...report, ...(told !== undefined && { limits: told }) })
  },
}

/** What a server says in its milliseconds, in those of the run's clock. */
const inTimeOf = <const K extends string, T extends { readonly [P in K]?: number }>(
  { clockRate }: Heard,
  said: T,
  name: K,
): T => {
  const ms = said[name]
  return ms === undefined || clockRate === 1 ? said : { ...said, [name]: ms * clockRate }
}

/** What a client sends through. */
export const sendingOf = (name: string): Sending => pipeline([listening], { name: `send(${name})`, check: false })

/** Runs what sends one request; `heard` has what it has shown. */
export const hearing = <T>(heard: Heard, ask: () => Promise<T>): Promise<T> =>
  withCallOptions({ values: [[HEARD, heard]] }, ask)
