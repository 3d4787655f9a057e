import { describe, expect, it } from 'vitest'
import { readInteraction, readInteractionEvent } from './read-interaction.ts'

const OUTPUT = [{ type: 'user_input' }, { type: 'model_output', content: [{ type: 'text', text: 'Hi' }] }]
const THOUGHTS = [{ type: 'user_input' }, { type: 'thought' }]
const failed = (code?: string) => ({ status: 'failed', errors: code === undefined ? [] : [{ code, message: 'no' }] })

describe('a whole interaction', () => {
  it.for([
    ['completed', { status: 'completed', steps: OUTPUT }],
    ['completed with deeds', { status: 'completed', steps: [{ type: 'code_execution_call' }] }],
    ['without steps', { status: 'completed' }],
    ['at work in the background', { status: 'in_progress', steps: [] }],
    ['waiting for a tool', { status: 'requires_action', steps: [] }],
    ['to be continued', { status: 'requires_continuation', steps: OUTPUT }],
    ['cut off after output', { status: 'incomplete', steps: OUTPUT }],
  ] as const)('%s is as it should be', ([, interaction]) => {
    expect(readInteraction(interaction).verdict).toBeUndefined()
  })

  it.for([
    [{ status: 'completed', steps: THOUGHTS }, 'empty', 'NO_CONTENT'],
    [{ status: 'completed', steps: [] }, 'empty', 'NO_CONTENT'],
    [{ status: 'incomplete', steps: THOUGHTS }, 'request_failed', 'incomplete'],
    [{ status: 'budget_exceeded', steps: [] }, 'request_failed', 'budget_exceeded'],
    [{ status: 'cancelled', steps: [] }, 'request_failed', 'cancelled'],
    [failed(), 'transient', 'api_error'],
    [failed('https://ai.google.dev/errors/service_unavailable'), 'overloaded', 'service_unavailable'],
    [failed('invalid_request'), 'request_failed', 'invalid_request'],
    [failed('quota_exceeded'), 'quota_exhausted', 'quota_exceeded'],
  ] as const)('%j is %s, %s', ([interaction, kind, code]) => {
    expect(readInteraction(interaction).verdict).toMatchObject({ kind, code })
  })
})

describe('where a picture is expected', () => {
  const said = (...content: object[]) => ({ status: 'completed', steps: [{ type: 'model_output', content }] })

  it('a picture, or a function to call first, is the result, and words are none', () => {
    const call = { status: 'completed', steps: [{ type: 'function_call', name: 'paint' }] }
    expect(
      readInteraction(said({ type: 'text', text: 'Look:' }, { type: 'image', data: 'A' }), 'image').verdict,
    ).toBeUndefined()
    expect(readInteraction(call, 'image').verdict).toBeUndefined()
    expect(readInteraction(said({ type: 'text', text: 'Sorry.' }), 'image').verdict).toMatchObject({
      kind: 'empty',
      code: 'NO_IMAGE_PART',
    })
  })

  it.for([
    ['text', false],
    ['thought_summary', false],
    ['image', true],
    ['arguments_delta', true],
  ] as const)('%s in a stream is content: %s', ([type, content]) => {
    expect(readInteractionEvent({ event_type: 'step.delta', delta: { type } }, 'image')).toEqual({ content })
  })
})

describe('an event', () => {
  it.for([
    [{ event_type: 'interaction.created', interaction: { id: 'i', status: 'in_progress' } }, {}],
    [{ event_type: 'step.start', index: 0 }, {}],
    [{ event_type: 'step.delta', delta: { type: 'text', text: 'a' } }, { content: true }],
    [{ event_type: 'error', error: { code: 'api_error' } }, { error: { code: 'api_error' } }],
    [{ event_type: 'error' }, { error: {} }],
    [{ event_type: 'interaction.status_update', status: 'in_progress' }, {}],
    [{ event_type: 'interaction.status_update', status: 'requires_action' }, { terminal: true }],
    [{ event_type: 'interaction.status_update', status: 'failed' }, { error: { code: 'api_error' } }],
    [
      {
        event_type: 'interaction.completed',
        interaction: { status: 'failed', errors: [{ code: 'x/service_unavailable' }] },
      },
      { error: { code: 'service_unavailable' } },
    ],
    [
      { event_type: 'interaction.completed', interaction: { status: 'completed', usage: { total_tokens: 3 } } },
      { terminal: true, usage: { tokens: 3 } },
    ],
    [
      { event_type: 'interaction.completed', interaction: { status: 'budget_exceeded' } },
      { terminal: true, verdict: { kind: 'request_failed', code: 'budget_exceeded' } },
    ],
  ] as const)('%j means %j', ([event, meaning]) => {
    const read = readInteractionEvent(event)
    expect(read).toMatchObject(meaning)
    expect(Object.keys(read)).toEqual(Object.keys(meaning))
  })
})
