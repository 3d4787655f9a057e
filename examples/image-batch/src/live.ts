import { systemClock } from '@spillway/core'
import { watchSpillway } from './display/watch-spillway.ts'
import { count, listed } from './display/words.ts'
import { InputError } from './exit-codes.ts'
import { type Access, askGemini, askRelay, imageClassifier } from './image-apis.ts'
import { type RunJob, keepIn } from './job.ts'
import type { Options } from './options.ts'
import { reportOf } from './report.ts'
import { runStrategy } from './run-strategy.ts'
import { spillway } from './strategies/spillway.ts'

/** Today's names; they change, so that both are options. */
const DEFAULT_MODEL = 'gemini-2.5-flash-image'

/** Where the real services are. */
export interface LiveAccess {
  readonly gemini: Access
  readonly relay?: Access
}

/**
 * Reads keys and addresses.
 *
 * @throws InputError that names the variable, and never shows what is in it
 */
export function readAccess(env: NodeJS.ProcessEnv, { model, relayModel, relay: wanted }: Options): LiveAccess {
  const gemini = { apiKey: keyIn(env, 'GEMINI_API_KEY'), model: model ?? DEFAULT_MODEL }
  const baseUrl = env['RELAY_BASE_URL']
  if (!wanted || baseUrl === undefined || baseUrl === '') return { gemini }
  if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? '')) {
    throw new InputError('RELAY_BASE_URL is no http(s) address. It looks like https://relay.example.com/v1.')
  }
  const relay = { baseUrl, apiKey: keyIn(env, 'RELAY_API_KEY'), model: relayModel ?? gemini.model }
  return { gemini, relay }
}

function keyIn(env: NodeJS.ProcessEnv, name: string): string {
  const key = env[name]
  if (key === undefined || key === '') throw new InputError(`--live needs an API key in ${name}, and there is none.`)
  if (/^[\w.:/+=-]{16,}$/.test(key)) return key
  throw new InputError(`${name} does not look like an API key: too short, or with spaces, quotes or other signs in it.`)
}

/** The job against the real services: every image is paid for, so that there is no comparison. */
export const runLive =
  (access: LiveAccess): RunJob =>
  async (job) => {
    const { options, prompts, screen, signal, check } = job
    const endpoints = new Map([
      ['gemini', askGemini(access.gemini)],
      ...(access.relay === undefined ? [] : [['relay', askRelay(access.relay)] as const]),
    ])
    const strategy = spillway({ endpoints, classifier: imageClassifier, clock: systemClock, random: Math.random })
    const names = [...endpoints.keys()]
    const title = `Spillway: ${count(prompts.length, 'image')} through ${listed(names)}`
    const watch = watchSpillway(strategy, { screen, title, total: prompts.length, endpoints: names })
    const startedAt = systemClock.now()
    const { concurrency } = options
    const { onResult } = watch
    const keep = keepIn(job)
    const results = await runStrategy({
      prompts,
      strategy,
      concurrency,
      clock: systemClock,
      signal,
      check,
      keep,
      onResult,
    })
    watch.stop()
    strategy.dispose?.()
    const tookMs = systemClock.now() - startedAt
    return [reportOf(strategy, prompts.length, results, { modelMs: tookMs, realMs: tookMs })]
  }
