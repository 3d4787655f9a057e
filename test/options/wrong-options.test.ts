import * as batch from '@spillway/batch'
import * as bullmq from '@spillway/bullmq'
import * as core from '@spillway/core'
import * as express from '@spillway/express'
import * as gemini from '@spillway/gemini'
import { GoogleGenAI } from '@google/genai'
import * as http from '@spillway/http'
import * as koa from '@spillway/koa'
import * as monitor from '@spillway/monitor'
import OpenAI from 'openai'
import * as openai from '@spillway/openai'
import * as opentelemetry from '@spillway/opentelemetry'
import * as redis from '@spillway/redis'
import * as rxjs from '@spillway/rxjs'
import * as simulator from '@spillway/simulator'
import { describe, expect, test } from 'vitest'

const PACKAGES = {
  batch,
  bullmq,
  core,
  express,
  gemini,
  http,
  koa,
  monitor,
  openai,
  opentelemetry,
  redis,
  rxjs,
  simulator,
} as const

/**
 * Not asked: what is handed data by code and not by a person (verdicts, headers, requests, forecasts), the checks themselves,
 * what is cockatiel's, and what would look at this machine.
 */
const OTHERS = new Set(
  `byEndpoint costOf mayRepeat
  decorrelatedJitterGenerator fullJitterGenerator halfJitterGenerator noJitterGenerator
  classifyReply parseDurationMs readRateLimits serverWaitMs unlimitedFetch
  sendEvents sendStream worseOf worstLevel
  describeForecast diagnose fingerprintOf isTrouble readStatus
  askUpstream createRandom createUpstream readImagePrompt renderImage resolveEndpoint`.split(/\s+/),
)

type AnyFunction = (...args: unknown[]) => unknown

const isClass = (value: AnyFunction): boolean => value.toString().startsWith('class ')

const factories = Object.entries(PACKAGES).flatMap(([name, exported]) =>
  Object.entries(exported as Record<string, unknown>).flatMap(([key, value]): [string, AnyFunction][] =>
    typeof value === 'function' && !isClass(value as AnyFunction) && !OTHERS.has(key) && !/^check(?!Order)/.test(key)
      ? [[`${name}.${key}`, value as AnyFunction]]
      : [],
  ),
)

/** What was thrown, now, or when what was made was begun with; `undefined` where it works. */
const thrownBy = async (make: () => unknown): Promise<unknown> => {
  try {
    const made = await make()
    if (typeof made === 'object' && made !== null && Symbol.asyncIterator in made)
      // `in` narrows to what has the method that gives an iterator; generators are one themselves.
      await (made as unknown as AsyncIterator<unknown>).next()
    ;(made as { dispose?: () => void } | undefined)?.dispose?.()
    return undefined
  } catch (error) {
    return error
  }
}

/** An error for the person who reads it: it names the option, or is one of a package's own about what was given. */
const isExplained = (error: unknown): boolean => {
  const { code = '', option } = error as { code?: string; option?: string }
  return code === 'ERR_SPILLWAY_INVALID_OPTIONS' ? /^[\w$]+/.test(option ?? '') : code.startsWith('ERR_SPILLWAY_')
}

const WRONG: readonly unknown[] = [undefined, null, 42, 'x', { misspelt: 1 }]

describe('a wrong value in the first place', () => {
  test.each(factories)('%s explains it, or works', async (_, make) => {
    for (const value of WRONG) {
      const error = await thrownBy(() => make(value))
      if (error !== undefined && !isExplained(error)) expect(error, JSON.stringify(value)).toBeUndefined()
    }
  })
})

const calls = core.pipeline([])
const operation = async (): Promise<string> => 'answer'
const feed = monitor.statusFeed('page', async () => 'operational')
// By this method alone a client of ioredis is known; options are refused before it is asked.
const redisClient = { evalsha: async () => undefined } as unknown as redis.RedisClient
const connection = redis.redisConnection(redisClient)
const incident = batch.readIncident({})
const openaiClient = new OpenAI({ apiKey: 'any' })
const geminiClient = new GoogleGenAI({ apiKey: 'any' })

/** Everything that takes options, by the name that they are called in errors. */
const TAKES_OPTIONS: readonly (readonly [string, (options: never) => unknown])[] = [
  ['accounting', core.accounting],
  ['adaptiveConcurrency', core.adaptiveConcurrency],
  ['aimdLimit', core.aimdLimit],
  ['bulkhead', core.bulkhead],
  ['cache', core.cache],
  ['circuitBreaker', core.circuitBreaker],
  ['execute', core.execute],
  ['failover', core.failover],
  ['fallback', core.fallback],
  ['gradientLimit', core.gradientLimit],
  ['hedge', core.hedge],
  ['learnedLoadProfile', core.learnedLoadProfile],
  ['memoryCacheStore', core.memoryCacheStore],
  ['memorySharedQuotaStore', core.memorySharedQuotaStore],
  ['openAccount', core.openAccount],
  ['pipeline', (options) => core.pipeline([], options)],
  ['pipelineRegistry', (options) => core.pipelineRegistry(() => calls, options)],
  ['execute', (options) => calls.execute(operation, options)],
  ['rateLimit', core.rateLimit],
  ['retry', core.retry],
  ['retryBudget', core.retryBudget],
  ['schedule', core.schedule],
  ['standardPipeline', core.standardPipeline],
  ['standardPipeline.timeout', (timeout) => core.standardPipeline({ timeout })],
  ['timeout', core.timeout],
  ['windowBreaker', core.windowBreaker],
  ['withCallOptions', (options) => core.withCallOptions(options, operation)],
  ['resilientFetch', (options) => http.resilientFetch(core.pipeline([]), options)],
  ['resilient', (options) => openai.resilient(openaiClient, options)],
  ['resilient.timeout', (timeout) => openai.resilient(openaiClient, { timeout })],
  ['openaiProtocol', (options) => openai.openaiProtocol('https://api.openai.com/v1', options)],
  ['resilient', (options) => gemini.resilient(geminiClient, options)],
  ['geminiClassifier', gemini.geminiClassifier],
  ...[express, koa].flatMap((host): (readonly [string, (options: never) => unknown])[] => [
    ['errorHandler', host.errorHandler],
    ['health', host.health],
    ['loadShed', host.loadShed],
    ['memoryQuotaStore', host.memoryQuotaStore],
    ['rateLimit', host.rateLimit],
    ['ready', host.ready],
    ['spillway', host.spillway],
  ]),
  ['circuitBreaker', rxjs.breaker],
  ['bulkhead', rxjs.bulkhead],
  ['retry', rxjs.retryWith],
  ['state$', (options) => rxjs.state$(calls, options)],
  ['registerSpillway', opentelemetry.registerSpillway],
  ['instrument', (options) => opentelemetry.instrument(calls, options)],
  ['redisConnection', (options) => redis.redisConnection(redisClient, options)],
  ['redisCacheStore', (options) => redis.redisCacheStore(connection, options)],
  ['redisCircuitAdvice', (options) => redis.redisCircuitAdvice(connection, options)],
  ['redisSharedQuota', (options) => redis.redisSharedQuota(connection, options)],
  ['anthropicStatus', monitor.anthropicStatus],
  ['circuitOpen', monitor.circuitOpen],
  ['costAbove', monitor.costAbove],
  ['endpointDown', monitor.endpointDown],
  ['githubIssues', monitor.githubIssues],
  ['googleCloudStatus', monitor.googleCloudStatus],
  ['monitor', monitor.monitor],
  ['openaiStatus', monitor.openaiStatus],
  ['overloadAbove', monitor.overloadAbove],
  ['pollFeeds', (options) => monitor.pollFeeds([feed], options)],
  ['queueGrowing', monitor.queueGrowing],
  ['readFeed', (options) => monitor.readFeed(feed, options)],
  ['statusGator', monitor.statusGator],
  ['statuspage', monitor.statuspage],
  ['webhook', monitor.webhook],
  ['batchPolicy', batch.batchPolicy],
  ['createMaker', batch.createMaker],
  ['diagnose', batch.diagnose],
  ['forecastBatch', batch.forecastBatch],
  ['geminiPlace', batch.geminiPlace],
  ['openaiPlace', batch.openaiPlace],
  ['policy', batch.readPolicy],
  ['readItems', (options) => batch.readItems('nowhere', options).next()],
  ['readStatus', batch.readStatus],
  ['reportRun', (options) => batch.reportRun('nowhere', options)],
  ['runBatch', batch.runBatch],
  ['simulateIncident', (options) => batch.simulateIncident(incident, options)],
  ['openBatchQueue', (options) => bullmq.openBatchQueue('redis://127.0.0.1:1', options)],
  ['jobProcessor', (options) => bullmq.jobProcessor({ rateLimit() {} } as never, operation, options)],
]

describe('options', () => {
  test.each(TAKES_OPTIONS)('of %s are an object without unknown names', async (owner, make) => {
    for (const value of [null, 42, 'x', ['x']])
      expect(await thrownBy(() => make(value as never)), JSON.stringify(value)).toMatchObject({
        code: 'ERR_SPILLWAY_INVALID_OPTIONS',
        option: owner,
      })
    expect(await thrownBy(() => make({ misspelt: 1 } as never))).toMatchObject({
      code: 'ERR_SPILLWAY_INVALID_OPTIONS',
      option: `${owner}.misspelt`,
      message: expect.stringContaining('must be one of'),
    })
  })

  test('of the simulator, which stands alone, are explained in its own error', async () => {
    for (const value of [null, 42, 'x', { misspelt: 1 }]) {
      const scenario = await thrownBy(() => simulator.createSimulator(value as never))
      const options = await thrownBy(() => simulator.createSimulator({}, value as never))
      expect([scenario, options]).toMatchObject([{ name: 'SimulatorError' }, { name: 'SimulatorError' }])
    }
  })
})
