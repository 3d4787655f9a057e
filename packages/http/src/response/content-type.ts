/** What an answer is called. `unclear`: nothing, or text of some kind; `other`: what it says, such as audio. */
export type ContentName = 'events' | 'json' | 'unclear' | 'other'

const EVENTS = /^text\/event-stream\b/i
const JSON_LIKE = /^application\/(?:[\w.+-]+\+)?json\b/i
const UNCLEAR = /^(?:$|text\/)/i

/** What the answer's header calls it. */
export const nameOf = ({ headers }: Response): ContentName => {
  const type = headers.get('content-type') ?? ''
  return EVENTS.test(type) ? 'events' : JSON_LIKE.test(type) ? 'json' : UNCLEAR.test(type) ? 'unclear' : 'other'
}

/** Whether a body begins as a stream of events does: no JSON, no page and hardly a text begins like that. */
export const beginsLikeEvents = (start: Uint8Array): boolean =>
  /^\s*(?:data|event|id|retry)?:/.test(new TextDecoder().decode(start.subarray(0, 64)))

/** Whether a text is more than words. A transcript may begin with a note in brackets. */
export const isPageOrJson = (text: string): boolean => /^\s*(?:<[!?a-z]|\{\s*["}]|\[\s*[{["\]])/i.test(text)

const NAMES: Readonly<Record<string, ContentName>> = { 'application/json': 'json', 'text/event-stream': 'events' }

/** The same answer, called what it is: clients go by the name, and make a text of JSON that has another. */
export const called = (response: Response, type: 'application/json' | 'text/event-stream'): Response => {
  if (nameOf(response) !== NAMES[type]) response.headers.set('content-type', type)
  return response
}
