import type { Question } from './ask.ts'

/** What a question has to know of an endpoint. */
export interface Asked {
  readonly api: 'gemini' | 'images' | 'chat'
  /** The provider's own where it is left out. */
  readonly baseUrl?: string
}

/** The address that the client of an endpoint begins with. */
const homeOf = ({ api, baseUrl }: Asked): string =>
  (baseUrl ?? (api === 'gemini' ? 'https://generativelanguage.googleapis.com' : 'https://api.openai.com/v1')).replace(
    /\/+$/,
    '',
  )

/** Where an endpoint is. Empty where its address is none. */
export const hostOf = (asked: Asked): string => URL.parse(homeOf(asked))?.hostname ?? ''

/** Whether anybody is there. Carries no key. */
export const originQuestion = (asked: Asked): Question => ({ url: new URL('/', homeOf(asked)).href, method: 'HEAD' })

/** What a key may ask for. Costs nothing. */
export const modelsQuestion = (asked: Asked, apiKey: string): Question =>
  asked.api === 'gemini'
    ? { url: `${homeOf(asked)}/v1beta/models?pageSize=1000`, method: 'GET', headers: { 'x-goog-api-key': apiKey } }
    : { url: `${homeOf(asked)}/models`, method: 'GET', headers: { authorization: `Bearer ${apiKey}` } }

/** What a probe says, and the most that the model may say to it. */
const PROBE_TEXT = 'Say OK.'
export const PROBE_OUTPUT_TOKENS = 16

/** A word of a model that writes. */
export const wordQuestion = (asked: Asked, apiKey: string, model: string): Question =>
  asked.api === 'gemini'
    ? {
        url: `${homeOf(asked)}/v1beta/models/${encodeURIComponent(model)}:generateContent`,
        method: 'POST',
        headers: { 'x-goog-api-key': apiKey },
        body: {
          contents: [{ role: 'user', parts: [{ text: PROBE_TEXT }] }],
          generationConfig: { maxOutputTokens: PROBE_OUTPUT_TOKENS },
        },
      }
    : {
        url: `${homeOf(asked)}/chat/completions`,
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}` },
        body: {
          model,
          messages: [{ role: 'user', content: PROBE_TEXT }],
          // Relays and older models know `max_tokens`; OpenAI's newer ones know this alone.
          [asked.baseUrl === undefined ? 'max_completion_tokens' : 'max_tokens']: PROBE_OUTPUT_TOKENS,
        },
      }
