/**
 * An answer that the pipeline gave up on, in the form that the client can read: JSON of one error object. Its parser loses
 * the status of a body that is JSON by its content type only, wraps JSON that came as text into JSON, and takes an error
 * with status 200 for an answer.
 *
 * @returns any other answer as it is
 */
export const canonicalError = async (response: Response): Promise<Response> => {
  const { headers: given, ok, statusText } = response
  // The mark of what a pipeline gave up on; a stream says for itself that it is an error.
  if (ok && (given.get('x-should-retry') !== 'false' || !/^application\/json/i.test(given.get('content-type') ?? '')))
    return response
  const text = await response.text()
  const found = errorIn(text)
  const status = ok ? statusOf(found) : response.status
  const headers = new Headers(given)
  headers.delete('content-length')
  headers.delete('content-encoding')
  if (status === undefined) return new Response(text, { status: response.status, statusText, headers })
  headers.set('content-type', 'application/json')
  const error = found ?? { code: status, message: text.slice(0, LONGEST_TEXT), status: statusText }
  return new Response(JSON.stringify({ error }), { status, statusText, headers })
}

/** A page of a proxy says all it has to say in its first lines. */
const LONGEST_TEXT = 2000

const errorIn = (text: string): object | undefined => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const first: unknown = Array.isArray(value) ? value[0] : value
  const error = (first as { error?: unknown } | null | undefined)?.error
  return typeof error === 'object' && error !== null ? error : undefined
}

/** The status that an error names for itself; 500 for one that names none. */
const statusOf = (error: object | undefined): number | undefined => {
  if (error === undefined) return undefined
  const { code } = error as { code?: unknown }
  return typeof code === 'number' && code >= 400 && code < 600 ? code : 500
}
