import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRun } from '@spillway/batch'
import { expect, it } from 'vitest'
import { CANARY, RUN, serve } from './relay.ts'
import { emptyFolder, spillway } from './spillway.ts'

/** A million tokens of output for a thousand: a picture of Gemini's 1290 should cost 1.29. */
const PRICES = { painter: { perMillionOutputTokens: 1000 } }

it.each([
  {
    // What is asked for three pictures and gives one has used a third: two fit where the first alone was expected to.
    place: 'gemini',
    env: (url: string) => ({ GEMINI_API_KEY: CANARY, GOOGLE_GEMINI_BASE_URL: url }),
    line: { n: 3 },
    maxCost: 6,
    made: 2,
    each: 1.29,
  },
  {
    // Says 1056 for each: seven fit where six were expected to.
    place: 'relay',
    env: (url: string) => ({ OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: `${url}/v1` }),
    line: {},
    maxCost: 8,
    made: 7,
    each: 1.056,
  },
])(
  'what the answers of a $place say that they used is what it costs, everywhere',
  async ({ env, line, maxCost, made, each }) => {
    const { simulator, url } = await serve()
    const cwd = emptyFolder()
    const prompts = Array.from({ length: 9 }, (_, i) => JSON.stringify({ prompt: `heron ${i}`, ...line }))
    writeFileSync(join(cwd, 'prompts.txt'), prompts.join('\n'))
    writeFileSync(join(cwd, 'prices.json'), JSON.stringify(PRICES))
    const paid = ['--prices', 'prices.json', '--max-cost', String(maxCost), '--model', 'painter', '--json']
    const { stdout, stderr } = await spillway([...RUN, ...paid, '--max-concurrency', '1'], { cwd, env: env(url) })
    const cost = made * each
    expect(simulator.counters().total).toMatchObject({ requests: made, images: made })
    const summary = JSON.parse(stdout) as { readonly cost: number }
    expect(summary).toMatchObject({ exit: 3, stopped: 'cost', done: made, failed: 0 })
    expect(summary.cost).toBeCloseTo(cost, 9)
    expect(stderr).toContain(`${made} items done, ${9 - made} left, cost ${cost.toFixed(2)}.`)
    const run = readRun(join(cwd, 'images'))
    expect(run.cost).toBeCloseTo(cost, 9)
    expect(run.attempts.map(({ cost: one }) => one)).toEqual(
      Array.from({ length: made }, () => expect.closeTo(each, 9)),
    )
    const results = readFileSync(join(cwd, 'images/results.jsonl'), 'utf8').trim().split('\n')
    expect(results.map((result) => (JSON.parse(result) as { readonly cost: number }).cost)).toEqual(
      Array.from({ length: made }, () => expect.closeTo(each, 9)),
    )
    const report = await spillway(['report', 'images'], { cwd })
    expect(report.code).toBe(0)
    expect(readFileSync(join(cwd, 'images/report.html'), 'utf8')).toContain(cost.toFixed(2))
  },
)
