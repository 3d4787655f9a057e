import { checkFunction, checkKnown, checkNumber } from '../kernel/check-options.ts'
import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'
import { PipelineDisposedError } from './pipeline-disposed-error.ts'
import type { Pipeline, PipelineState } from './pipeline.ts'

/** How many of the oldest are looked at to make room: more than one, so that a registry shrinks again after a crowd. */
const LOOKED_AT = 8

/** Options of {@link pipelineRegistry}. */
export interface PipelineRegistryOptions {
  /**
   * How many pipelines are kept: an integer from 1. Above that, the one asked for longest ago is disposed of; one with
   * calls in flight is not. @default 1000
   */
  readonly maxPipelines?: number
}

/** What {@link pipelineRegistry} takes where an option is left out. */
export const PIPELINE_REGISTRY_DEFAULTS: Required<PipelineRegistryOptions> = { maxPipelines: 1000 }

/** One pipeline for each key: a tenant, a model, an account. */
export interface PipelineRegistry<Adds = never> {
  /**
   * The pipeline of a key, made where there is none. Ask for each call: what was kept for long may have been disposed of.
   *
   * @throws what `make` throws; nothing is remembered then
   * @throws PipelineDisposedError when the registry was disposed of
   */
  get(key: string): Pipeline<Adds>
  /** Whether a key has one now. */
  has(key: string): boolean
  /** Disposes of a key's pipeline; the next `get` makes another. Gives back whether there was one. */
  delete(key: string): boolean
  /** How many there are. */
  readonly size: number
  /** The state of each, by key, the one asked for longest ago first. Plain data. */
  state(): Readonly<Record<string, PipelineState>>
  /** All of them with their keys, to reload or to watch. */
  [Symbol.iterator](): Iterator<[string, Pipeline<Adds>]>
  /** Disposes of all; there are no new ones. */
  dispose(): void
}

/**
 * Keeps one pipeline for each key, made at first use and bounded in number.
 *
 * ```ts
 * import { bulkhead, pipeline, pipelineRegistry } from '@spillway/core'
 *
 * const tenants = pipelineRegistry((tenant) => pipeline([bulkhead({ maxConcurrency: 4 })], { name: tenant }))
 * console.log(await tenants.get('acme').execute(async () => 'an image')) // => an image
 * console.log(tenants.get('acme') === tenants.get('acme'), tenants.size) // => true 1
 * ```
 *
 * @param make makes the pipeline of a key
 * @throws InvalidOptionsError when an option is out of its range
 */
export const pipelineRegistry = <Adds = never>(
  make: (key: string) => Pipeline<Adds>,
  options: PipelineRegistryOptions = {},
): PipelineRegistry<Adds> => {
  checkFunction('pipelineRegistry.make', make)
  checkKnown('pipelineRegistry', options, Object.keys(PIPELINE_REGISTRY_DEFAULTS))
  const { maxPipelines = PIPELINE_REGISTRY_DEFAULTS.maxPipelines } = options
  checkNumber('pipelineRegistry.maxPipelines', maxPipelines, { min: 1, integer: true, infinite: true })
  /** In the order in which they were asked for last: `Map` keeps insertion order. */
  const pipelines = new Map<string, Pipeline<Adds>>()
  let disposed = false

  /** Those at work go to the end of the row, so that they hide no others. */
  const makeRoom = (newest: string): void => {
    let looks = LOOKED_AT
    for (const [key, each] of pipelines) {
      if (pipelines.size <= maxPipelines || looks-- === 0) return
      if (key === newest) continue
      pipelines.delete(key)
      if (each.state().inFlight > 0) pipelines.set(key, each)
      else each.dispose()
    }
  }

  return {
    get(key) {
      if (disposed) throw new PipelineDisposedError('The registry')
      const known = pipelines.get(key)
      if (known !== undefined) {
        pipelines.delete(key)
        pipelines.set(key, known)
        return known
      }
      const made = make(key)
      if (typeof made?.execute !== 'function' || typeof made.dispose !== 'function')
        throw new InvalidOptionsError('pipelineRegistry.make', made, 'a function that gives a pipeline')
      pipelines.set(key, made)
      makeRoom(key)
      return made
    },
    has: (key) => pipelines.has(key),
    delete(key) {
      pipelines.get(key)?.dispose()
      return pipelines.delete(key)
    },
    get size() {
      return pipelines.size
    },
    state: () => Object.fromEntries([...pipelines].map(([key, each]) => [key, each.state()])),
    [Symbol.iterator]: () => [...pipelines][Symbol.iterator](),
    dispose() {
      disposed = true
      for (const each of pipelines.values()) each.dispose()
      pipelines.clear()
    },
  }
}
