import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compare, oneByOne } from './measure.ts'
import { fivePolicies, type Core } from './stacks.ts'
import { quartiles, ratio, table, whole } from './table.ts'

/** Beside its packages, so that it finds the same cockatiel. */
const COPY = join(import.meta.dirname, '../../node_modules/.cache/no-events')

/** The built core again, as it is or without any code that makes or publishes an event. */
const copyOfCore = async (name: string, withEvents: boolean): Promise<Core> => {
  const dist = fileURLToPath(new URL('.', import.meta.resolve('@spillway/core')))
  const copy = join(COPY, name)
  rmSync(copy, { recursive: true, force: true })
  cpSync(dist, copy, { recursive: true })
  let removed = 0
  const remove = (): string => {
    removed++
    return ';'
  }
  for (const file of globSync('**/*.js', { cwd: copy })) {
    if (withEvents) continue
    const text = readFileSync(join(copy, file), 'utf8')
    const silent = text
      .replaceAll(/\b(this|call|context)\.emit\(\{\s*type: "[\w.]+"[^;]*?\}\);/g, remove)
      .replaceAll(/\bthis\.(call\.)?(sink\.)?listening\b/g, () => remove() && 'false')
    writeFileSync(join(copy, file), silent)
  }
  if (!withEvents && removed < 10)
    throw new Error(`Only ${removed} places publish events: the patterns here are out of date.`)
  return (await import(pathToFileURL(join(copy, 'index.js')).href)) as Core
}

const answer = async (): Promise<number> => 1

/** What events cost a call that nobody listens to, beside an engine that has none. */
export const withoutEvents = async (rounds: number): Promise<string> => {
  const silent = await copyOfCore('silent', false)
  const normal = await copyOfCore('normal', true)
  const again = await copyOfCore('again', false)
  const stack = (name: string, core: Core) => {
    const calls = fivePolicies(core)
    return oneByOne(name, () => calls.execute(answer))
  }
  const batches = [
    stack('five policies, events taken out', silent),
    stack('five policies, nobody listens', normal),
    stack('five policies, events taken out, once more', again),
  ]
  const rows = (await compare(batches, rounds)).map((each) => [
    each.name,
    ratio(each.best),
    quartiles(each),
    whole(each.ns),
  ])
  return table('Events that nobody hears', ['', 'quickest', 'median (quartiles)', 'ns'], rows)
}
