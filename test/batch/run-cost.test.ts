import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRun } from '@spillway/batch'
import { renderImage } from '@spillway/simulator'
import { expect, it } from 'vitest'
import { json, ownServer } from './own-server.ts'
import { CANARY, folderWith, numbered, RUN, serve } from './relay.ts'
import { spillway } from './spillway.ts'

/** A million tokens of output for a thousand: a picture of Gemini's 1290 should cost 1.29. */
const PRICES = { painter: { perMillionOutputTokens: 1000 } }

/** An answer of Gemini's that has thought before it drew. */
const THOUGHT = {
  candidates: [
    {
      content: {
        role: 'model',
        parts: [
          {
            inlineData: {
              mimeType: 'image/png',
              data: Buffer.from(renderImage({ prompt: 'a heron', model: 'painter', width: 16, height: 16 })).toString(
                'base64',
              ),
            },
          },
        ],
      },
      finishReason: 'STOP',
    },
  ],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 1290, thoughtsTokenCount: 200, totalTokenCount: 1500 },
}

it.each([
  {
    // Thoughts cost as well: three fit where four were expected to.
    place: 'gemini',
    start: async () => {
      const { url, asked } = await ownServer((response) => json(response, THOUGHT))
      const env: Record<string, string> = { GEMINI_API_KEY: CANARY, GOOGLE_GEMINI_BASE_URL: url }
      return { env, requests: () => asked.length }
    },
    maxCost: 5.3,
    made: 3,
    each: 1.49,
  },
  {
    // Says 1056 for each: seven fit where six were expected to.
    place: 'relay',
    start: async () => {
      const { simulator, env } = await serve()
      return { env, requests: () => simulator.counters().total.requests }
    },
    maxCost: 8,
    made: 7,
    each: 1.056,
  },
])(
  'what the answers of a $place say that they used is what it costs, everywhere',
  async ({ start, maxCost, made, each }) => {
    const { env, requests } = await start()
    const cwd = folderWith(numbered(9))
    writeFileSync(join(cwd, 'prices.json'), JSON.stringify(PRICES))
    const paid = ['--prices', 'prices.json', '--max-cost', String(maxCost), '--model', 'painter', '--json']
    const { stdout, stderr } = await spillway([...RUN, ...paid, '--max-concurrency', '1'], { cwd, env })
    const cost = made * each
    expect(requests()).toBe(made)
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
