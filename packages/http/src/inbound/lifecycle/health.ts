import type { Pipeline } from '@spillway/core'
import { checkKnown, checkFunction, InvalidOptionsError } from '@spillway/core'
import type { Answer } from '../failure/answer.ts'

/** What of a pipeline is looked at. */
export type ObservedPipeline = Pick<Pipeline, 'name' | 'state'>

/** Options of `health`. */
export interface HealthOptions {
  /** Whose circuits are looked at. @default none */
  readonly pipelines?: readonly ObservedPipeline[]
  /** Whether the answer says what each pipeline does: not for everybody's eyes. @default false */
  readonly details?: boolean
}

/** Options of `ready`. */
export interface ReadyOptions {
  /**
   * Pipelines without which nothing works here. While all circuits of one are open, `ready` says no. Where all instances use
   * the same provider, that takes all of them out at once: leave it empty. @default none
   */
  readonly requires?: readonly ObservedPipeline[]
  /** Whether the server is about to stop: `() => shutdown.stopping`. @default none */
  readonly stopping?: (() => boolean) | undefined
}

/** `warn`: some circuits are open. `fail`: all of them are. */
type Status = 'pass' | 'warn' | 'fail'

interface PipelineHealth {
  readonly status: Status
  readonly inFlight: number
  /** The circuits that let nothing through. */
  readonly open: readonly string[]
}

/**
 * The answer of `health`: always 200, because a process that answers lives.
 *
 * @throws InvalidOptionsError when an option is not known or out of its range
 */
export const healthAnswerer = (options: HealthOptions = {}): (() => Answer) => {
  checkKnown('health', options, ['pipelines', 'details'])
  const { pipelines = [], details = false } = options
  checkPipelines('health.pipelines', pipelines)
  return () => {
    const all = pipelines.map((each) => [each.name, healthOf(each)] as const)
    const status = worst(all.map(([, health]) => health.status))
    return answer(200, { status, ...(details ? { pipelines: Object.fromEntries(all) } : {}) })
  }
}

/**
 * The answer of `ready`: 200, or 503 where new requests had better go elsewhere.
 *
 * @throws InvalidOptionsError when an option is not known or out of its range
 */
export const readyAnswerer = (options: ReadyOptions = {}): (() => Answer) => {
  checkKnown('ready', options, ['requires', 'stopping'])
  const { requires = [], stopping } = options
  checkPipelines('ready.requires', requires)
  checkFunction('ready.stopping', stopping, true)
  return () => {
    const fails = stopping?.() === true || requires.some((each) => healthOf(each).status === 'fail')
    return fails ? answer(503, { status: 'fail' }) : answer(200, { status: 'pass' })
  }
}

const answer = (status: number, body: object): Answer => ({
  status,
  headers: { 'Content-Type': 'application/health+json', 'Cache-Control': 'no-store' },
  body: JSON.stringify(body),
})

const worst = (all: readonly Status[]): Status =>
  all.includes('fail') ? 'fail' : all.includes('warn') ? 'warn' : 'pass'

const healthOf = (pipeline: ObservedPipeline): PipelineHealth => {
  const { inFlight, policies } = pipeline.state()
  const circuits = policies.flatMap(({ state }) => circuitsIn(state))
  const open = circuits.filter(([, circuit]) => isOut(circuit)).map(([key]) => key)
  const status = open.length === 0 ? 'pass' : open.length < circuits.length ? 'warn' : 'fail'
  return { status, inFlight, open }
}

interface Circuit {
  readonly state?: unknown
  readonly retryAfterMs?: unknown
}

/** The partitions of a circuit breaker. */
const circuitsIn = (state: object): [string, Circuit][] => {
  const { partitions = {} } = state as { partitions?: Record<string, Circuit> }
  return Object.entries(partitions).filter(([, each]) => typeof each.state === 'string')
}

/** Once a probe is due somebody must come and make it, or the circuit stays open for ever. */
const isOut = ({ state, retryAfterMs }: Circuit): boolean =>
  state === 'isolated' || (state === 'open' && typeof retryAfterMs === 'number' && retryAfterMs > 0)

const checkPipelines = (option: string, pipelines: readonly ObservedPipeline[]): void => {
  if (!Array.isArray(pipelines) || pipelines.some((each) => typeof each?.state !== 'function'))
    throw new InvalidOptionsError(option, pipelines, 'a list of pipelines; pipelineOf(client) gives a client’s')
}
