import { type ModelRequest, type RequestProblem, sizeOf } from '../model-request.ts'
import type { Route } from '../protocol.ts'
import { asArray, asCount, asObject, asText, isObject, type JsonObject } from '../read-json.ts'

/** Reads a request for a chat completion, a response or images. */
export function parseOpenaiRequest(route: Route, body: unknown): ModelRequest | RequestProblem {
  if (!isObject(body)) return { problem: 'We could not parse the JSON body of your request.' }
  const model = asText(body['model'])
  if (model === undefined || model === '') return { problem: 'you must provide a model parameter' }
  if (route.operation === 'images' || route.operation === 'edits') return parseImages(route, model, body)
  return route.operation === 'responses' ? parseResponse(model, body) : parseChat(model, body)
}

function parseImages(route: Route, model: string, body: JsonObject): ModelRequest | RequestProblem {
  const prompt = asText(body['prompt'])
  if (prompt === undefined) return { problem: "Missing required parameter: 'prompt'." }
  if (route.operation === 'edits' && body['image'] === undefined && body['image[]'] === undefined)
    return { problem: "Missing required parameter: 'image'." }
  const images = asCount(unform(body['n'] ?? 1))
  if (images === undefined || images < 1 || images > 10) {
    return { problem: "Invalid 'n': expected a whole number from 1 to 10." }
  }
  const drafts = asCount(unform(body['partial_images'] ?? 0))
  if (drafts === undefined || drafts > 3) return { problem: "Invalid 'partial_images': expected 0 to 3." }
  const stream = unform(body['stream']) === true
  if (stream && images > 1) return { problem: "Invalid 'n': a stream has one image." }
  const shape = sizeOf(asText(body['size']))
  const unused = { seed: undefined, maxTokens: undefined, withUsage: false }
  return { kind: 'image', model, prompt, stream, images, drafts, ...shape, ...unused }
}

/** A form has texts alone. */
const unform = (value: unknown): unknown =>
  value === 'true' ? true : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value

function parseResponse(model: string, body: JsonObject): ModelRequest | RequestProblem {
  const { input } = body
  const prompt = typeof input === 'string' ? input : textOf(asObject(asArray(input).at(-1))['content'])
  if (prompt === '') return { problem: "Missing required parameter: 'input'." }
  return {
    kind: 'chat',
    model,
    prompt,
    stream: body['stream'] === true,
    images: 0,
    drafts: 0,
    ...sizeOf(undefined),
    seed: undefined,
    maxTokens: asCount(body['max_output_tokens']),
    withUsage: true,
  }
}

function parseChat(model: string, body: JsonObject): ModelRequest | RequestProblem {
  const messages = asArray(body['messages'])
  if (messages.length === 0) return { problem: "Missing required parameter: 'messages'." }
  const prompt = textOf(asObject(messages.at(-1))['content'])
  // As relays have taken it up: whoever asks for pictures among the modalities gets one in the message.
  const pictured = asArray(body['modalities']).includes('image')
  return {
    kind: pictured ? 'image' : 'chat',
    model,
    prompt,
    stream: body['stream'] === true,
    images: pictured ? 1 : 0,
    drafts: 0,
    ...sizeOf(asText(asObject(body['image_config'])['aspect_ratio'])),
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
