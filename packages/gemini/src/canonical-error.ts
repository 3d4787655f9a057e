/**
 * An error reply in the form that the client can read: JSON of one error object. Its parser loses the status of a body
 * that is JSON by its content type only, and wraps JSON that came as text into JSON.
 *
 * @param response no success; its body is read
 */
export const canonicalError = async (response: Response): Promise<Response> => {
  const { status, statusText } = response
  const text = await response.text()
  const headers = new Headers(response.headers)
  headers.set('content-type', 'application/json')
  headers.delete('content-length')
  headers.delete('content-encoding')
  const error = errorIn(text) ?? { code: status, message: text.slice(0, LONGEST_TEXT), status: statusText }
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
