import { countTokens } from '../model-request.ts'
import { frame, namedFrame, type OpenaiSpeech } from './openai-words.ts'

/** What a picture counts as. */
export const TOKENS_PER_IMAGE = 1056

/** `POST /images/generations` and `/images/edits`, which name their events differently. */
export const imageWords =
  (event: 'image_generation' | 'image_edit'): OpenaiSpeech =>
  (request, context) => {
    const inputTokens = countTokens(request.prompt)
    const usage = (images: number): object => ({
      input_tokens: inputTokens,
      output_tokens: images * TOKENS_PER_IMAGE,
      total_tokens: inputTokens + images * TOKENS_PER_IMAGE,
      input_tokens_details: { text_tokens: inputTokens, image_tokens: 0 },
    })
    const picture = (base64: string): object => ({
      b64_json: base64,
      created_at: context.unixSeconds,
      size: '1024x1024',
      quality: 'high',
      background: 'opaque',
      output_format: 'png',
    })
    return {
      whole: ({ pieces }) => ({
        created: context.unixSeconds,
        data: pieces.map((base64) => ({ b64_json: base64 })),
        output_format: 'png',
        ...(pieces.length === 0 ? {} : { usage: usage(pieces.length) }),
      }),
      events({ pieces: [image = ''] }) {
        const drafts = image === '' ? [] : Array.from({ length: request.drafts }, (_, index) => index)
        return {
          preamble: [],
          content: drafts.map((index) =>
            namedFrame(`${event}.partial_image`, { partial_image_index: index, ...picture(image) }),
          ),
          final: [namedFrame(`${event}.completed`, { ...picture(image), usage: usage(image === '' ? 0 : 1) })],
        }
      },
      failed: (error) => (request.stream ? frame({ error }) : JSON.stringify({ error })),
    }
  }
