import type { Protocol } from '../protocol.ts'
import { geminiError } from './gemini-errors.ts'
import { geminiReply } from './gemini-reply.ts'
import { parseGeminiRequest } from './gemini-request.ts'

const VERSION = '/v1(?:beta|alpha|beta1)?'
const GENERATE = new RegExp(
  `^${VERSION}/(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/google/)?models/([^/:]+):(generateContent|streamGenerateContent)$`,
)
const MODELS = /^\/v1(?:beta|alpha)\/models$/

/** The Gemini API as `@google/genai` speaks it, and the same under the longer paths of the Google Cloud platform. */
export const gemini: Protocol = {
  name: 'gemini',
  match(method, path, query) {
    if (method === 'GET' && MODELS.test(path)) return { operation: 'models' }
    const match = method === 'POST' ? GENERATE.exec(path) : null
    if (match?.[1] === undefined) return undefined
    const route = { operation: 'generate', model: match[1] } as const
    if (match[2] !== 'streamGenerateContent') return route
    return { ...route, stream: query.get('alt') === 'sse' ? 'sse' : 'array' }
  },
  key: (headers, query) => String(headers['x-goog-api-key'] ?? query.get('key') ?? bearer(headers['authorization'])),
  parse: parseGeminiRequest,
  error: (name, context, detail) => geminiError(name, context.timeScale, detail),
  reply: geminiReply,
  models: (names) => ({
    models: names.map((name) => ({
      name: `models/${name}`,
      displayName: name,
      supportedGenerationMethods: ['generateContent', 'streamGenerateContent'],
    })),
  }),
}

function bearer(header: string | string[] | undefined): string {
  return /^Bearer (.+)$/i.exec(String(header ?? ''))?.[1] ?? ''
}
