import { classifyReply } from '@spillway/http'
import { expect, test } from 'vitest'

// A code that cannot become a number threw out of the classifier.
test('an error body whose code is an object is judged by its status', () => {
  const code = JSON.parse('{"toString":"","valueOf":""}') as object
  const reply = { status: 503, headers: undefined, body: { error: { code, message: 'broken' } } }
  expect(classifyReply(reply).verdict.kind).toBe('overloaded')
})
