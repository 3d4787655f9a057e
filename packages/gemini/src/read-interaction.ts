import type { Verdict } from '@spillway/core'
import type { AnswerMeaning, EventMeaning } from '@spillway/http'
import { classifyGeminiReply } from './classify-error.ts'
import type { Expectation } from './judge-answer.ts'
import { type Json, objectIn, objectsIn } from './json.ts'
import { readInteractionUsage } from './read-usage.ts'

/** Statuses after which an interaction sends nothing more. */
const ENDED: ReadonlySet<unknown> = new Set([
  'requires_action',
  'completed',
  'failed',
  'cancelled',
  'incomplete',
  'budget_exceeded',
  'requires_continuation',
])

/** Ended before its result, by a limit that the same request would meet again, or by somebody's wish. */
const CUT_SHORT: ReadonlySet<unknown> = new Set(['cancelled', 'incomplete', 'budget_exceeded'])

/** What an interaction with a success status means: it may have failed all the same, and is given as it came. */
export const readInteraction = (interaction: Json, expect: Expectation = 'content'): AnswerMeaning => {
  const usage = readInteractionUsage(interaction)
  const verdict = verdictOn(interaction, expect)
  return { ...(usage === undefined ? {} : { usage }), ...(verdict === undefined ? {} : { verdict }) }
}

const verdictOn = (interaction: Json, expect: Expectation): Verdict | undefined => {
  const { status, steps } = interaction
  if (status === 'failed') return classifyGeminiReply({ status: 200, body: { error: failureOf(interaction) } }).verdict
  if (!Array.isArray(steps) || objectsIn(steps).some((step) => isResult(step, expect))) return undefined
  if (CUT_SHORT.has(status)) return without('request_failed', String(status))
  if (status !== 'completed') return undefined
  return without('empty', expect === 'image' ? 'NO_IMAGE_PART' : 'NO_CONTENT')
}

/**
 * Whether a step is what came of it. An agent's interaction may be about deeds, so that anything but what was asked and
 * thought will do; where a picture is expected, only that, or a function that is to be called first.
 */
const isResult = ({ type, content }: Json, expect: Expectation): boolean => {
  if (expect === 'content') return type !== 'user_input' && type !== 'thought'
  return (
    type === 'function_call' || (type === 'model_output' && objectsIn(content).some((each) => each['type'] === 'image'))
  )
}

const without = (kind: 'empty' | 'request_failed', code: string): Verdict => ({
  kind,
  code,
  status: 200,
  scope: 'request',
  sent: true,
  billed: 'unknown',
})

/** An interaction names its errors by URIs, whose last word is the code that errors have elsewhere. */
const failureOf = (interaction: Json): Json => {
  const [error = {}] = objectsIn(interaction['errors'])
  const { code, message } = error
  return { code: typeof code === 'string' ? code.slice(code.lastIndexOf('/') + 1) : 'api_error', message }
}

/** What an event of an interaction's stream means. */
export const readInteractionEvent = (event: Json, expect: Expectation = 'content'): EventMeaning => {
  const { event_type: type, error } = event
  if (type === 'error') return { error: error ?? {} }
  if (type === 'step.delta') {
    const delta = objectIn(event['delta'])['type']
    const content = expect === 'content' || delta === 'image' || delta === 'arguments_delta'
    return { content, ...used(objectIn(event['metadata'])['total_usage']) }
  }
  const interaction = type === 'interaction.status_update' ? event : objectIn(event['interaction'])
  const { status, usage } = interaction
  if (status === 'failed') return { error: failureOf(interaction) }
  if (type !== 'interaction.completed' && !ENDED.has(status)) return {}
  const verdict = CUT_SHORT.has(status) ? without('request_failed', String(status)) : undefined
  return { terminal: true, ...used(usage), ...(verdict === undefined ? {} : { verdict }) }
}

const used = (said: unknown): Pick<EventMeaning, 'usage'> => {
  const usage = readInteractionUsage({ usage: said })
  return usage === undefined ? {} : { usage }
}
