/** JSON from outside: nothing is known of what its fields hold. */
export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object itself; an empty one for anything else. */
export const objectIn = (value: unknown): Json => (isObject(value) ? value : {})

/** The objects in a list; none in anything else. */
export const objectsIn = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** Whether it is a text that is not empty. */
export const isFilled = (value: unknown): boolean => typeof value === 'string' && value !== ''

/** The object that a text holds; `undefined` for any other text. */
export const parseObject = (text: string): Json | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The text of a request's body. The client sends what its newer resources ask as a `Request`, whose body comes as bytes. */
export const textOfBody = (body: unknown): string | undefined => {
  const text = body instanceof ArrayBuffer ? new TextDecoder().decode(body) : body
  return typeof text === 'string' ? text : undefined
}
