import { expect, it } from 'vitest'
import { interactionHomes } from './interaction-homes.ts'

const RELAY = { name: 'relay', baseUrl: 'https://relay.example', apiKey: 'key' }
const BASE = 'https://example.com/v1/interactions'
const about = (id: string) => ({ url: `${BASE}/${id}`, body: undefined })
const after = (id: string) => ({
  url: BASE,
  body: new TextEncoder().encode(`{"previous_interaction_id":"${id}"}`).buffer,
})

it('knows where an interaction was made', () => {
  const homes = interactionHomes()
  homes.remember({ id: 'a/1' }, RELAY)
  homes.remember({ id: 'own' }, { name: 'official' })
  homes.remember({ id: 'nowhere' }, undefined)
  homes.remember({}, RELAY)
  expect(homes.homeOf(about('a%2F1'))).toBe(RELAY)
  expect(homes.homeOf(about('a%2F1/cancel'))).toBe(RELAY)
  expect(homes.homeOf(after('a/1'))).toBe(RELAY)
  expect(homes.homeOf(about('own'))).toBeUndefined()
  expect(homes.homeOf(after('another'))).toBeUndefined()
  expect(homes.homeOf({ url: BASE, body: 'no JSON' })).toBeUndefined()
  expect(homes.homeOf({ url: 'https://example.com/v1/models/m:generateContent', body: '{}' })).toBeUndefined()
})

it('forgets the oldest of more than ten thousand', () => {
  const homes = interactionHomes()
  for (let i = 0; i <= 10_000; i++) homes.remember({ id: `i${i}` }, RELAY)
  expect(homes.homeOf(about('i0'))).toBeUndefined()
  expect(homes.homeOf(about('i1'))).toBe(RELAY)
  expect(homes.homeOf(about('i10000'))).toBe(RELAY)
})
