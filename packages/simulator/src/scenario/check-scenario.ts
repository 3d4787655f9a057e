import type { ScriptedReply } from '../faults/fault.ts'
import { SimulatorError } from '../simulator-error.ts'
import { faultRules, scriptedReplies } from './check-faults.ts'
import { type Check, all, flag, isRecord, list, number, object, oneOf, record, text } from './checks.ts'
import type { Scenario } from './scenario.ts'

const TIME = number({ min: 0 })
const RATIO = number({ min: 0, max: 1 })
const COUNT = number({ min: 0, whole: true })
const WINDOW = { atMs: TIME, durationMs: number({ above: 0 }) }
const QUOTA = { requestsPerMinute: COUNT, tokensPerMinute: COUNT, requestsPerDay: COUNT, imagesPerDay: COUNT }

const PHASES: Readonly<Record<string, Check>> = {
  brownOut: object({ kind: text, ...WINDOW, refusedRatio: RATIO, capacityRatio: RATIO }),
  outage: object({
    kind: text,
    ...WINDOW,
    fault: oneOf('connectionReset', 'overloaded', 'hang', 'internal', 'badGateway'),
  }),
  load: object({ kind: text, ...WINDOW, multiplier: number({ min: 0 }) }, ['multiplier']),
  quota: object({ kind: text, ...WINDOW, ...QUOTA }),
  slow: object({ kind: text, ...WINDOW, factor: number({ above: 0 }) }, ['factor']),
}

const phase: Check = (value, path, problems) => {
  const kind = isRecord(value) ? value['kind'] : undefined
  const known = typeof kind === 'string' && Object.hasOwn(PHASES, kind) ? PHASES[kind] : undefined
  const kinds = { kind: oneOf(...Object.keys(PHASES)) }
  // Of an unknown kind nothing else can be said.
  if (known === undefined && isRecord(value)) object(kinds, ['kind'])({ kind }, path, problems)
  else (known ?? object(kinds))(value, path, problems)
}

const ordered: Check = (value, path, problems) => {
  const { minMs = 20_000, maxMs = 40_000 } = value as { minMs?: number; maxMs?: number }
  if (minMs > maxMs) problems.push(`${path}.minMs: must be ≤ maxMs (${maxMs}), got ${minMs}`)
}

const wholeDay: Check = (value, path, problems) => {
  if (Array.isArray(value) && value.length !== 24) problems.push(`${path}: must have 24 hours, got ${value.length}`)
}

const date: Check = (value, path, problems) => {
  const isDate = typeof value === 'string' && /(?:Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value))
  if (!isDate) problems.push(`${path}: must be a date and time with its zone, such as 2026-03-02T12:00:00Z`)
}

const ENDPOINT: Readonly<Record<string, Check>> = {
  capacity: number({ min: 1, whole: true }),
  queueLimit: COUNT,
  abandoned: oneOf('finish', 'finishStarted', 'stop'),
  serviceTime: object({
    image: all(object({ minMs: TIME, meanMs: TIME, maxMs: TIME, deviationMs: TIME }), ordered),
    chat: object({ firstTokenMs: TIME, tokensPerSecond: number({ above: 0 }), jitterRatio: RATIO }),
  }),
  imageSizePx: number({ min: 16, max: 2048, whole: true }),
  requireKey: flag,
  keys: list(text),
  models: list(text),
  quota: object({ ...QUOTA, scope: oneOf('key', 'project') }),
  tenants: object({
    lowRatio: TIME,
    mediumRatio: TIME,
    peakRatio: TIME,
    highRatio: TIME,
    byHour: all(list(TIME), wholeDay),
    warmUpMs: TIME,
  }),
  faults: faultRules,
  phases: list(phase),
  replies: scriptedReplies,
}

const SCENARIO = object({
  seed: number({ whole: true }),
  timeScale: number({ above: 0 }),
  startsAt: date,
  startClock: oneOf('listen', 'firstRequest'),
  ...ENDPOINT,
  endpoints: record(object(ENDPOINT), {
    pattern: /^[\w.-]+$/,
    rule: 'must be a name of letters, digits, ".", "_" and "-": it becomes a part of the path',
  }),
})

/** Throws one error that lists everything wrong with a scenario. */
export function checkScenario(scenario: unknown): asserts scenario is Scenario {
  report('scenario', SCENARIO, scenario, '')
}

const SIMULATOR = object({ seed: number({ whole: true }), timeScale: number({ above: 0 }), clock: () => {} })

/** Throws one error that lists everything wrong with what a simulator is made with beside its scenario. */
export function checkOptions(options: unknown): void {
  report('list of options', SIMULATOR, options, '')
}

/** Throws one error that lists everything wrong with scripted replies. */
export function checkReplies(replies: unknown): asserts replies is readonly ScriptedReply[] {
  report('script', scriptedReplies, replies, 'replies')
}

function report(what: string, check: Check, value: unknown, path: string): void {
  const problems: string[] = []
  check(value, path, problems)
  if (problems.length === 0) return
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`
  const message = `The ${what} has ${count}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`
  throw new SimulatorError('ERR_SPILLWAY_SIMULATOR_INVALID_SCENARIO', message, { problems })
}
