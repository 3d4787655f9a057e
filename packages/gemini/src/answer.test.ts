import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { readAnswer } from './answer.ts'
import { classifyGeminiReply } from './classify-error.ts'
import { geminiClassifier } from './classifier.ts'
import { expectedIn } from './expectation.ts'
import { objectIn } from './json.ts'
import { hasContent, isTerminal, judgeAnswer } from './judge-answer.ts'
import { readInteraction, readInteractionEvent } from './read-interaction.ts'
import { readUsage } from './read-usage.ts'

describe('readAnswer', () => {
  it('takes no sentence for a reason', () => {
    const { candidates, blockReason } = readAnswer({
      candidates: [{ finishReason: 'because you said: a cat' }, { finishReason: 7 }],
      promptFeedback: { blockReason: { toString: 'no' } },
    })
    expect(candidates.map(({ finishReason }) => finishReason)).toEqual(['OTHER', 'OTHER'])
    expect(blockReason).toBe('OTHER')
  })
})

/** Answers with something else in the place of anything. */
const damaged = fc.letrec((tie) => ({
  answer: fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        candidates: fc.oneof(fc.jsonValue(), fc.array(tie('candidate'))),
        promptFeedback: fc.oneof(fc.jsonValue(), fc.record({ blockReason: fc.jsonValue() })),
        error: fc.oneof(fc.jsonValue(), tie('error')),
        modelVersion: fc.oneof(fc.string(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    ),
  ),
  candidate: fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        content: fc.oneof(fc.jsonValue(), fc.record({ parts: fc.oneof(fc.jsonValue(), fc.array(tie('part'))) })),
        finishReason: fc.oneof(fc.jsonValue(), fc.constant('STOP')),
      },
      { requiredKeys: [] },
    ),
  ),
  part: fc.oneof(
    fc.jsonValue(),
    fc.record({ text: fc.jsonValue(), inlineData: fc.jsonValue(), thought: fc.jsonValue() }, { requiredKeys: [] }),
  ),
  error: fc.record(
    {
      code: fc.jsonValue(),
      status: fc.jsonValue(),
      message: fc.jsonValue(),
      details: fc.oneof(
        fc.jsonValue(),
        fc.array(fc.record({ violations: fc.jsonValue(), reason: fc.jsonValue(), retryDelay: fc.jsonValue() })),
      ),
    },
    { requiredKeys: [] },
  ),
})).answer

test.prop([damaged, fc.constantFrom('image', 'content')])('no answer breaks what judges it', (value, expectation) => {
  const answer = readAnswer(value)
  const { kind, code = 'OK' } = judgeAnswer(answer, expectation)
  expect(['success', 'empty', 'request_failed']).toContain(kind)
  expect(code).toMatch(/^\w{1,64}$/)
  expect(hasContent(answer, expectation)).toBeTypeOf('boolean')
  expect(isTerminal(answer)).toBeTypeOf('boolean')
  geminiClassifier().value?.(value)
  const said = objectIn(value)
  for (const count of Object.values(readUsage(said) ?? {})) expect(count).toBeGreaterThanOrEqual(0)
  readInteraction(said)
  readInteractionEvent(said)
})

test.prop([damaged, fc.constantFrom(200, 400, 429, 503), fc.boolean()])(
  'no error body breaks what judges it',
  (value, status, asText) => {
    const body = asText ? JSON.stringify(value) : value
    const { verdict } = classifyGeminiReply({ status, body, wallTimeMs: 0 })
    expect(verdict.kind).not.toBe('success')
    expect(verdict.code ?? 'OK').toMatch(/^[\w.:-]{1,100}$/)
    expect(verdict.retryAfterMs ?? 1).toBeGreaterThan(0)
  },
)

test.prop([damaged])('no request breaks what reads its wishes', (value) => {
  const body = JSON.stringify({ generationConfig: value, responseModalities: [] })
  expect(['image', 'content']).toContain(expectedIn({ url: 'https://example.com/v1/models/m:generateContent', body }))
})
