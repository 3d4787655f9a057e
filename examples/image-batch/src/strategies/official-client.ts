import type { AskForImage } from '../image-apis.ts'
import type { Strategy } from './strategy.ts'

/** The official client with its defaults: one request, and whatever comes of it. */
export const officialClient = (ask: AskForImage): Strategy => ({
  name: 'official client',
  summary: 'as it comes, no retries',
  make: ({ prompt }, signal) => ask(prompt, signal),
})
