import { describe, expect, test } from 'vitest'
import { attempt, item, MINUTE, runRecord, START } from './__fixtures__/run-record.ts'
import type { LaunchRecord } from '../journal/records.ts'
import { HOSTILE } from './__fixtures__/prompts.ts'
import { reportPage } from './page.ts'

const pageOf = (run: Parameters<typeof runRecord>[0]): string =>
  reportPage(runRecord(run), ({ name }) => `./${name}`, START + 60 * MINUTE)

describe('a page', () => {
  test('says what came of it, what it cost and how long it took', () => {
    const page = pageOf({
      items: [
        item(1),
        item(2),
        item(3, { state: 'failed', error: { code: 'request_failed', message: 'The provider refuses this prompt.' } }),
      ],
      attempts: [attempt(0), attempt(1), attempt(2, { verdict: 'overloaded', cost: 0 })],
    })
    expect(page).toContain('<h1><strong>2</strong> of 3 pictures</h1>')
    expect(page).toContain('aria-label="2 made, 1 failed."')
    expect(page).toContain('made: 2; failed: 1; refused: overloaded: 1;')
    expect(page).toContain('<dd>0.08<small>0.04 for each picture</small></dd>')
    expect(page).toContain('<td><code>request_failed</code></td>')
    expect(page).not.toContain('id="unknown"')
  })

  test('lists what is unknown, and says what to do', () => {
    const page = pageOf({ items: [item(1, { state: 'unknown', id: 'lost' })] })
    expect(page).toContain('<bdi>lost</bdi>')
    expect(page).toContain('--on-unknown again')
  })

  test('stands when nothing has happened yet, and says that the run is at work', () => {
    const page = pageOf({
      runningPid: 5,
      launches: [{ number: 1, pid: 5, options: {}, startedAt: START }],
      items: [item(1, { state: 'waiting', endedAt: undefined as never, made: undefined as never })],
    })
    expect(page).toContain('The run is at work')
    expect(page).toContain('1 left to do, 100 %')
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  test('says before any figure that a model was simulated, and which launches asked it', () => {
    const launch = (number: number, simulated: boolean): LaunchRecord => ({
      number,
      pid: 1,
      startedAt: START,
      options: { note: { simulated } },
    })
    const saysOf = (...launches: LaunchRecord[]): string | undefined =>
      /<\/h1>\s*<p class="simulated">(.*?provider)/.exec(pageOf({ items: [item(1)], launches }))?.[1]
    expect(saysOf(launch(1, true))).toBe('<strong>Simulated.</strong> No provider')
    expect(saysOf(launch(1, false), launch(2, true))).toBe(
      '<strong>Simulated in part.</strong> In launch 2 no provider',
    )
    expect(saysOf(launch(1, false))).toBeUndefined()
    expect(pageOf({ launches: [launch(1, true)] })).toContain('0 of 0 pictures, simulated</title>')
    expect(pageOf({ launches: [launch(1, false)] })).toContain('0 of 0 pictures</title>')
  })

  test('is whole for a run without items', () => {
    expect(pageOf({})).not.toMatch(/NaN|undefined|Infinity/)
  })

  test('says how often a picture was free', () => {
    const made = { files: [], endpoint: 'official', model: 'painter' }
    const page = pageOf({
      items: [item(1), item(2, { made: { ...made, source: 'same' } }), item(3, { made: { ...made, source: 'cache' } })],
    })
    expect(page).toContain('<dt>for nothing</dt><dd>2')
  })

  test('shows the options of each launch, without what could be a secret', () => {
    const options = {
      out: 'images',
      rpm: 10,
      apiKey: 'sk-canary',
      endpoint: [{ url: 'https://me:canary@host/v1', token: 'canary' }],
    }
    const page = pageOf({
      launches: [
        { number: 1, pid: 1, options, startedAt: START },
        { number: 2, pid: 2, options: {}, startedAt: START + MINUTE, endedAt: START + 2 * MINUTE, stopped: 'cost' },
      ],
    })
    expect(page).toContain('<dt>rpm</dt><dd dir="auto">10</dd>')
    expect(page).toContain('it was killed')
    expect(page).toContain('the ceiling of cost was reached')
    expect(page).not.toContain('canary')
  })

  test('names no host but the project, which is followed only by hand', () => {
    const page = pageOf({ items: [item(1)], attempts: [attempt(0)] })
    expect([...page.matchAll(/https?:\/\/[^"<\s]+/g)].map(([address]) => address)).toEqual([
      'https://github.com/spillway/spillway',
    ])
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/unsafe-inline|unsafe-eval| style="| on[a-z]+="/)
  })

  test('has no tag of a prompt, an id, an endpoint, a model, an error or an option', () => {
    const items = HOSTILE.flatMap((text, i) => [
      item(2 * i + 1, { id: `${text} ${i}`, prompt: text }),
      item(2 * i + 2, { id: `failed ${text}`, prompt: text, state: 'failed', error: { code: text, message: text } }),
    ])
    const attempts = HOSTILE.map((text, i) => attempt(i, { endpoint: text, model: text }))
    const endpointStates = HOSTILE.map((text) => ({ at: START + MINUTE, endpoint: text, state: text }))
    const waits = HOSTILE.map((reason) => ({ reason, startedAt: START, endedAt: START + MINUTE }))
    const options = Object.fromEntries(HOSTILE.map((text) => [text, text]))
    const launches = [
      { number: 1, pid: 1, options, startedAt: START, endedAt: START + MINUTE, stopped: 'finished' as const },
    ]
    const page = pageOf({ folder: `/tmp/${HOSTILE[0]}`, items, attempts, endpointStates, waits, launches })
    expect(page.match(/<script/g)?.length).toBe(1)
    expect(page.match(/<style/g)?.length).toBe(1)
    expect(page).not.toMatch(/<base|<link|<img src=x|<svg onload|<!-- never|[\p{Cc}--\n]|\p{Bidi_Control}/v)
    expect(page).toContain('photo[U+202E]gnp.exe')
  })

  test('of ten thousand items is made in seconds and stays small enough to open', () => {
    const items = Array.from({ length: 10_000 }, (_, i) => item(i + 1, { endedAt: START + i * 1000 }))
    const began = performance.now()
    const page = pageOf({ items, attempts: items.map((_, i) => attempt(i / 60)) })
    // About a quarter of a second; ten on a machine that has much else to do.
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(page.length).toBeLessThan(6_000_000)
  })
})
