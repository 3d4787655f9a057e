import { isSpillwayError } from '@spillway/core'
import { imageClassifier } from './image-apis.ts'

/** Why there is no image, for the person who reads it: never the provider's whole answer, which may quote the prompt. */
export function failureInWords(error: unknown): string {
  if (isSpillwayError(error)) {
    const { cause } = error
    return cause === undefined ? error.message : `${error.message} Before that: ${failureInWords(cause)}`
  }
  const verdict = imageClassifier.error(error)
  if (verdict !== undefined) {
    const { status, code, kind } = verdict
    return [status, KINDS[kind] ?? kind, code !== undefined && `(${code})`].filter(Boolean).join(' ')
  }
  return error instanceof Error ? error.message : String(error)
}

const KINDS: Readonly<Record<string, string>> = {
  throttled: 'too many requests',
  quota_exhausted: 'quota used up',
  transient: 'broken connection or server error',
  endpoint_failed: 'this key, model or place cannot serve',
  request_failed: 'the request was refused',
  empty: 'no image in the answer',
}
