import type { Fetch } from '@spillway/http'
import { kindOf } from './request-kind.ts'

/** Gives each call to a model a key of its own, which all its attempts carry. One that the call brings is kept. */
export const withIdempotencyKey =
  (fetch: Fetch, header: string): Fetch =>
  (input, init = {}) => {
    const url = typeof input === 'object' && 'url' in input ? input.url : String(input)
    const headers = new Headers(init.headers)
    if (kindOf({ url, method: init.method ?? 'GET', headers, body: undefined }) === undefined || headers.has(header))
      return fetch(input, init)
    headers.set(header, crypto.randomUUID())
    return fetch(input, { ...init, headers })
  }
