import { checkPlugin, type AttachedPlugins } from './attached-plugins.ts'
import type { Plugin } from './plugin.ts'

/** How many pipelines are known before those that nobody holds any more are looked for. */
const FIRST_SWEEP = 64

const registered = new Set<Plugin>()
/** Every pipeline that lives. Weak: knowing it keeps none alive. */
const pipelines = new Set<WeakRef<AttachedPlugins>>()
let sweepAt = FIRST_SWEEP

/**
 * Attaches a plugin to every pipeline of the process: those made earlier and those made later. A pipeline that nobody holds
 * any more is not kept alive by it.
 *
 * ```ts
 * import { pipeline, registerPlugin, retry } from '@spillway/core'
 *
 * const calls = pipeline([retry()], { name: 'images' })
 * const unregister = registerPlugin({
 *   name: 'log',
 *   attach: ({ name }) => ({ onEvent: ({ type }) => console.log(`${name} ${type}`) }),
 * })
 * await calls.execute(async () => 'an image')
 * // => images call.started
 * // => images attempt.started
 * // => images attempt.completed
 * // => images call.completed
 * unregister()
 * ```
 *
 * @param plugin registered once, also when it is given twice
 * @returns how to take it away again, from all pipelines
 * @throws InvalidOptionsError when it has no name or no `attach`
 */
export const registerPlugin = (plugin: Plugin): (() => void) => {
  checkPlugin('registerPlugin.plugin', plugin)
  registered.add(plugin)
  for (const each of living()) each.attach(plugin)
  return () => {
    if (!registered.delete(plugin)) return
    for (const each of living()) each.detach(plugin)
  }
}

/** Makes a pipeline known to the plugins of the process, now and later. Gives back how to leave. */
export const joinPlugins = (plugins: AttachedPlugins): (() => void) => {
  const known = new WeakRef(plugins)
  pipelines.add(known)
  if (pipelines.size >= sweepAt) {
    for (const each of pipelines) if (each.deref() === undefined) pipelines.delete(each)
    sweepAt = Math.max(FIRST_SWEEP, 2 * pipelines.size)
  }
  for (const each of registered) plugins.attach(each)
  return () => pipelines.delete(known)
}

/** How many pipelines are known, for tests. */
export const knownPipelines = (): number => pipelines.size

const living = (): AttachedPlugins[] => [...pipelines].map((each) => each.deref()).filter((each) => each !== undefined)
