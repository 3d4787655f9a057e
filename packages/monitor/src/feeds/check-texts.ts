import { checkText, InvalidOptionsError } from '@spillway/core'

/** One text, or several: as a list. @throws InvalidOptionsError where there is none, or one is empty */
export const checkList = (option: string, value: string | readonly string[]): readonly string[] => {
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list) || list.length === 0)
    throw new InvalidOptionsError(option, value, 'a text, or a list of them')
  for (const text of list) checkText(`${option}[${list.indexOf(text)}]`, text)
  return list
}

/** @throws InvalidOptionsError where it could not be sent in a header; it is not quoted */
export const checkToken = (option: string, token: string | undefined): string | undefined => {
  if (token === undefined || (typeof token === 'string' && /^[\u0021-\u007e]{1,1000}$/.test(token))) return token
  throw new InvalidOptionsError(
    option,
    typeof token,
    'a token: visible characters of ASCII, without spaces and line breaks',
  )
}
