import { SUCCESS, type Verdict } from './verdict.ts'
import type { Body } from './body.ts'

/** The operation gave a value. Its verdict may still be `empty`: an answer without the result asked for. */
export interface Success<R> {
  readonly ok: true
  readonly value: R
  readonly verdict: Verdict
  /** Set while the value is a stream that is still being read: the attempt ends when this ends. */
  readonly body: Body | undefined
}

/** The operation, or a policy on the way to it, gave an error. */
export interface Failure {
  readonly ok: false
  readonly error: unknown
  readonly verdict: Verdict
  readonly body: undefined
}

/** How an attempt or a call ended. Policies pass, replace or repeat outcomes; none is ever thrown between them. */
export type Outcome<R> = Success<R> | Failure

/** An outcome with a value. */
export const success = <R>(value: R, verdict: Verdict = SUCCESS, body?: Body): Success<R> => ({
  ok: true,
  value,
  verdict,
  body,
})

/** An outcome with an error. */
export const failure = (error: unknown, verdict: Verdict): Failure => ({ ok: false, error, verdict, body: undefined })
