import type { Verdict } from '@spillway/core'

/**
 * What a failure is called, in few words: the HTTP status, else the provider's code, else the name of the error, else the
 * verdict. An error's message is never looked at: it may quote a prompt.
 */
export const errorTypeOf = ({ kind, status, code }: Verdict, errorName: string | undefined): string => {
  if (status !== undefined && status >= 400) return String(status)
  return wordOf(code) ?? (errorName === 'Error' ? undefined : wordOf(errorName)) ?? kind
}

/** A code or a name as it may leave the process: one word of bounded length, or nothing. */
export const wordOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^[\w.:-]{1,100}$/.test(text) ? text : undefined

/** Whether it counts as an error: what the caller ended, or another attempt made needless, is none. */
export const isError = ({ kind }: Verdict): boolean => kind !== 'success' && kind !== 'canceled'
