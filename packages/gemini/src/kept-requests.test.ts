import { expect, it } from 'vitest'
import { isKeptRequest } from './kept-requests.ts'

const BASE = 'https://generativelanguage.googleapis.com/v1'

it.for([
  ['GET', '/interactions/id'],
  ['GET', '/interactions/id?include_input=true'],
  ['DELETE', '/interactions/id'],
  ['POST', '/interactions/id/cancel'],
  ['GET', '/agents?page_size=3'],
  ['GET', '/webhooks'],
  ['GET', '/projects/p/locations/l/interactions/id'],
] as const)('%s %s may be sent again', ([method, path]) => {
  expect(isKeptRequest(BASE + path, method)).toBe(true)
})

it.for([
  ['POST', '/interactions'],
  ['POST', '/agents'],
  ['PATCH', '/webhooks/id'],
  ['POST', '/triggers/id/run'],
  ['GET', '/interactions/id?stream=true'],
  ['GET', '/environments/e/files/f?alt=media'],
  ['GET', '/models/gemini-3.8-flash'],
  ['GET', '/files/id'],
] as const)('%s %s may not', ([method, path]) => {
  expect(isKeptRequest(BASE + path, method)).toBe(false)
})
