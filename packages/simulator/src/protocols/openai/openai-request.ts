import { type ModelRequest, type RequestProblem, sizeOf } from '../model-request.ts'
import type { Route } from '../protocol.ts'
import { asArray, asCount, asObject, asText, isObject, type JsonObject } from '../read-json.ts'

/** Reads a chat completion or image request. */
export function parseOpenaiRequest(route: Route, body: unknown): ModelRequest | RequestProblem {
  if (!isObject(body)) return { problem: 'We could not parse the JSON body of your request.' }
  const model = asText(body['model'])
  if (model === undefined || model === '') return { problem: 'you must provide a model parameter' }
  return route.operation === 'images' ? parseImages(model, body) : parseChat(model, body)
}

function parseImages(model: string, body: JsonObject): ModelRequest | RequestProblem {
  const prompt = asText(body['prompt'])
  if (prompt === undefined) return { problem: "Missing required parameter: 'prompt'." }
  const images = asCount(body['n'] ?? 1)
  if (images === undefined || images < 1 || images > 10) {
    return { problem: "Invalid 'n': expected a whole number from 1 to 10." }
  }
  if (body['stream'] === true) return { problem: "Unsupported parameter: 'stream' is not supported for images." }
  const shape = sizeOf(asText(body['size']))
  const unused = { seed: undefined, maxTokens: undefined, withUsage: false }
  return { kind: 'image', model, prompt, stream: false, images, ...shape, ...unused }
}

function parseChat(model: string, body: JsonObject): ModelRequest | RequestProblem {
  const messages = asArray(body['messages'])
  if (messages.length === 0) return { problem: "Missing required parameter: 'messages'." }
  const prompt = textOf(asObject(messages.at(-1))['content'])
  return {
    kind: 'chat',
    model,
    prompt,
    stream: body['stream'] === true,
    images: 0,
    ...sizeOf(undefined),
    seed: asCount(body['seed']),
    maxTokens: asCount(body['max_completion_tokens'] ?? body['max_tokens']),
    withUsage: asObject(body['stream_options'])['include_usage'] === true,
  }
}

/** Message content is a text, or a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return asArray(content)
    .flatMap((part) => asText(asObject(part)['text']) ?? [])
    .join('\n')
}
