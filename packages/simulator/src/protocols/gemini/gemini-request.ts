import { type ModelRequest, type RequestProblem, sizeOf } from '../model-request.ts'
import type { Route } from '../protocol.ts'
import { asArray, asCount, asObject, asText, isObject } from '../read-json.ts'

/** Image models are known by their names, as clients know them. */
const IMAGE_MODEL = /image|imagen|banana/i

/** Reads a GenerateContentRequest. */
export function parseGeminiRequest(route: Route, body: unknown): ModelRequest | RequestProblem {
  if (!isObject(body)) return { problem: 'Invalid JSON payload received. The root must be an object.' }
  const { contents } = body
  if (!Array.isArray(contents) || contents.length === 0) {
    return { problem: '* GenerateContentRequest.contents: contents is not specified' }
  }
  const prompt = lastText(contents)
  if (prompt === undefined) {
    return { problem: '* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.' }
  }
  const config = asObject(body['generationConfig'])
  const model = route.model ?? ''
  const modalities = asArray(config['responseModalities']).map((modality) => String(modality).toUpperCase())
  const wantsImage = modalities.length > 0 ? modalities.includes('IMAGE') : IMAGE_MODEL.test(model)
  return {
    kind: wantsImage ? 'image' : 'chat',
    model,
    prompt,
    stream: route.stream === 'sse',
    drafts: 0,
    images: wantsImage ? 1 : 0,
    ...sizeOf(asText(asObject(config['imageConfig'])['aspectRatio'])),
    seed: asCount(config['seed']),
    maxTokens: asCount(config['maxOutputTokens']),
    withUsage: true,
  }
}

/** The text of the last turn that has any. */
function lastText(contents: readonly unknown[]): string | undefined {
  for (const content of contents.toReversed()) {
    const parts = asArray(asObject(content)['parts'])
    const texts = parts.flatMap((part) => asText(asObject(part)['text']) ?? [])
    if (texts.length > 0) return texts.join('\n')
  }
  return undefined
}
