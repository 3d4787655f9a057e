import type { EmptyKind } from '../protocols/reply.ts'
import type { FaultKind } from './fault.ts'

/** HTTP 200 without the result. */
export const emptyFaults: Record<EmptyKind, FaultKind> = {
  noImage: emptyFault('noImage', 'an image was asked for and none was made (`NO_IMAGE`)'),
  textOnly: emptyFault('textOnly', 'an image was asked for and words came'),
  emptyObject: emptyFault('emptyObject', 'the body is `{}`'),
  blockedPrompt: emptyFault('blockedPrompt', "the prompt is refused; `reason` as in the provider's list", 'refusal'),
  incomplete: emptyFault(
    'incomplete',
    "cut off by the caller's own limit before anything was said (`length`, `MAX_TOKENS`)",
  ),
  blockedOutput: emptyFault('blockedOutput', 'what was made is withheld (`IMAGE_SAFETY`, `content_filter`)'),
}

function emptyFault(kind: EmptyKind, summary: string, stage: FaultKind['stage'] = 'answer'): FaultKind {
  return {
    summary,
    stage,
    effect: 'empty',
    parameters: ['reason'],
    steps: ({ reply, spec }) => reply.empty(kind, spec.reason),
  }
}
