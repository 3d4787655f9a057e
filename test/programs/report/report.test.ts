import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readRun, reportRun, type RunRecord } from '@spillway/batch'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeBrowser, openPage } from './browser.ts'

const FIXTURES = join(import.meta.dirname, '../../../packages/batch/src/report/__fixtures__')
const MAIN = join(FIXTURES, '../../main.ts')
const fixture = (name: string, ...args: readonly string[]): void =>
  void execFileSync(process.execPath, ['--conditions=@spillway/source', '--no-warnings', join(FIXTURES, name), ...args])

const root = mkdtempSync(join(tmpdir(), 'spillway-report-'))
const folder = join(root, 'images')
const hostile = join(root, 'hostile')
const page = join(folder, 'report.html')
let run: RunRecord

beforeAll(async () => {
  fixture('demo-run.ts', folder, '90')
  fixture('demo-run.ts', hostile, '42', 'hostile')
  run = readRun(folder)
  await reportRun(folder)
  await reportRun(hostile)
}, 60_000)
afterAll(async () => {
  rmSync(root, { recursive: true })
  await closeBrowser()
})

/** The numbers of a chart's table: a row's name, and its cells. */
const numbersOf = (opened: Page, chart: string): Promise<string[][]> =>
  opened
    .locator(`#${chart} details tbody tr`)
    .evaluateAll((rows) => rows.map((row) => Array.from(row.children, (cell) => cell.textContent ?? '')))

const sum = (rows: readonly string[][], column: number): number =>
  rows.reduce((total, row) => total + Number((row[column] ?? '').replaceAll(',', '')), 0)

describe('a report in a browser', () => {
  test('asks for nothing but itself and the pictures beside it, and nobody complains', async (context) => {
    const { page: opened, complaints, requests } = await openPage(context, page)
    const first = opened.locator('#sheet img').first()
    await first.scrollIntoViewIfNeeded()
    await expect.poll(() => first.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(192)
    expect(complaints).toEqual([])
    expect(requests[0]).toBe(pathToFileURL(page).href)
    expect(requests.length).toBeGreaterThan(1)
    expect(requests.slice(1).filter((address) => !/\/images\/scene-\d+\.png$/.test(address))).toEqual([])
  })

  test('does not fetch ten thousand pictures at once', async (context) => {
    const many = join(root, 'many.html')
    fixture('many-items.ts', many, '10000')
    const { page: opened, requests } = await openPage(context, many)
    expect(await opened.locator('#sheet > li').count()).toBe(10_000)
    expect(requests.length).toBeLessThan(200)
    const began = performance.now()
    await opened.locator('#find').fill('item-9999')
    await expect.poll(() => opened.locator('#found').textContent()).toBe('1 of 10000')
    // A tenth of a second; five on a machine that has much else to do.
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test('has the numbers of the journal in its charts', async (context) => {
    const { page: opened } = await openPage(context, page)
    const verdicts = (...wanted: readonly string[]): number =>
      run.attempts.filter(({ verdict = '' }) => wanted.includes(verdict)).length

    expect(await opened.locator('h1').textContent()).toBe(`${run.counts.done} of 90 pictures`)
    const outcomes = await numbersOf(opened, 'outcomes')
    expect(sum(outcomes, 1)).toBe(run.counts.done)
    expect(sum(outcomes, 2)).toBe(run.counts.failed)
    expect(sum(outcomes, 3)).toBe(verdicts('overloaded'))
    expect(sum(outcomes, 4)).toBe(verdicts('throttled', 'quota_exhausted'))
    expect(verdicts('overloaded')).toBeGreaterThan(0)

    // What is drawn is as high as what is written: all bars of one colour together, in units of one picture.
    const heights = (mark: string): Promise<number[]> =>
      opened
        .locator(`#outcomes svg.wide rect.${mark}`)
        .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute('height'))))
    const made = await heights('done')
    const highest = Math.max(...outcomes.map((row) => Number(row[1])))
    const perPicture = Math.max(...made) / highest
    expect(made.reduce((total, height) => total + height, 0) / perPicture).toBeCloseTo(run.counts.done, 0)

    const latency = await numbersOf(opened, 'latency')
    expect(sum(latency, 1)).toBe(verdicts('success'))
    expect(await opened.locator('#latency svg.half rect.answer').count()).toBe(latency.length)
    const cost = await numbersOf(opened, 'cost')
    expect(Number(cost.at(-1)?.[1])).toBeCloseTo(run.cost, 2)
    const endpoints = await opened.locator('#endpoints > .scroll tbody tr').allTextContents()
    expect(endpoints.map((row) => row.replace(/painter.*/, ''))).toEqual(['official', 'relay'])
    const lanes = await numbersOf(opened, 'endpoints')
    expect(lanes.map(([lane, state]) => `${lane}: ${state}`)).toContain('Waiting: calm hours: waited for')
  })

  test('tells what its charts show to whoever does not see them', async (context) => {
    const { page: opened } = await openPage(context, page)
    for (const chart of ['outcomes', 'latency', 'cost', 'endpoints']) {
      const shown = opened.locator(`#${chart} > svg[role=img]:visible`)
      expect(await shown.count()).toBe(1)
      expect((await shown.getAttribute('aria-label'))?.length).toBeGreaterThan(40)
      expect(await opened.locator(`#${chart} > h2`).count()).toBe(1)
    }
    expect(await opened.locator('img:not([alt])').count()).toBe(0)
    expect(await opened.locator('#sheet img').first().getAttribute('alt')).toBe(run.items[0]?.prompt)
  })

  test('says of a simulated run that it is one, where nobody can miss it', async (context) => {
    const [prompts, out] = [join(root, 'prompts.txt'), join(root, 'simulated')]
    writeFileSync(prompts, 'A heron at dawn\n')
    execFileSync(process.execPath, [
      '--conditions=@spillway/source',
      MAIN,
      'run',
      prompts,
      '--out',
      out,
      '--simulate',
      '--quiet',
    ])
    await reportRun(out)
    for (const viewport of [
      { width: 1280, height: 720 },
      { width: 375, height: 667 },
    ]) {
      const { page: opened, complaints } = await openPage(context, join(out, 'report.html'), { viewport })
      const said = await opened.locator('.simulated').boundingBox()
      const figures = await opened.locator('.facts').boundingBox()
      expect(await opened.locator('.simulated').innerText()).toMatch(/^Simulated\. No provider was asked/)
      expect(said!.x + said!.width).toBeLessThanOrEqual(viewport.width)
      expect(said!.y + said!.height).toBeLessThan(Math.min(figures!.y, viewport.height))
      expect(await opened.title()).toMatch(/simulated$/)
      expect(complaints).toEqual([])
    }
    const { page: real } = await openPage(context, page)
    expect(await real.locator('.simulated').count()).toBe(0)
  })

  test('lists what failed and what nobody knows', async (context) => {
    const { page: opened } = await openPage(context, page)
    const unknown = run.items.filter(({ state }) => state === 'unknown').map(({ id }) => id)
    expect(unknown).toHaveLength(2)
    expect(await opened.locator('#unknown tbody th').allTextContents()).toEqual(unknown)
    const failed = run.items.filter(({ state }) => state === 'failed').map(({ id }) => id)
    expect(failed.length).toBeGreaterThan(0)
    expect(await opened.locator('#failed details tbody th').allTextContents()).toEqual(failed)
  })

  test('shows hostile prompts, ids and models as the text that they are', async (context) => {
    const { page: opened, complaints, requests } = await openPage(context, join(hostile, 'report.html'))
    const text = (await opened.locator('#sheet, #failed, #unknown').allTextContents()).join('\n')
    for (const prompt of [
      '</script><script>window.pwned = 2</script>',
      '"><img src=x onerror="window.pwned = 3">',
      '<!-- never closed',
      '&lt;b&gt; &amp;amp;',
    ])
      expect(text).toContain(prompt)
    expect(text).toContain('photo[U+202E]gnp.exe [U+2066]hidden[U+2069]')
    expect(text).toContain('bell␇ escape␛[31m null␀')
    expect(await opened.locator('#endpoints > .scroll').textContent()).toContain(
      '"><img src=x onerror="window.pwned = 3">',
    )
    await opened.locator('#sheet a').nth(1).hover()
    await opened.locator('#sheet a').nth(1).click()
    expect(await opened.locator('#view figcaption').textContent()).toContain('window.pwned = 2')
    expect(await opened.evaluate(() => 'pwned' in globalThis)).toBe(false)
    expect(complaints).toEqual([])
    expect(requests.filter((address) => !address.startsWith(pathToFileURL(hostile).href))).toEqual([])
    expect(await opened.locator('script').count()).toBe(1)
    expect(await opened.locator('footer').isVisible()).toBe(true)
  })

  test('is all there at the keyboard', async (context) => {
    const { page: opened } = await openPage(context, page)
    await opened.locator('#find').focus()
    await opened.keyboard.type('scene-00')
    await expect.poll(() => opened.locator('#found').textContent()).toMatch(/^\d of \d+$/)
    const visible = opened.locator('#sheet li:visible')
    const ids = await visible.locator('figcaption b').allTextContents()
    await opened.keyboard.press('Tab')
    await opened.keyboard.press('Enter')
    const caption = opened.locator('#view figcaption')
    expect(await caption.textContent()).toContain(ids[0])
    await opened.keyboard.press('ArrowRight')
    expect(await caption.textContent()).toContain(ids[1])
    await opened.keyboard.press('Escape')
    expect(await opened.locator('#view').isVisible()).toBe(false)
    // The browser tells of the closing a moment later.
    await expect.poll(() => opened.evaluate(() => document.activeElement?.closest('li')?.textContent)).toContain(ids[1])
  })

  test('is whole without scripts', async (context) => {
    const { page: opened } = await openPage(context, page, { javaScriptEnabled: false })
    expect(await opened.locator('#outcomes svg.wide').isVisible()).toBe(true)
    expect(await opened.locator('#find').isVisible()).toBe(false)
    expect(await opened.locator('#sheet > li').count()).toBe(run.counts.done)
  })

  test.for([1280, 800, 390, 320])(
    'fits a screen of %d pixels, its text large enough to read',
    async (width, context) => {
      const { page: opened } = await openPage(context, page, { viewport: { width, height: 900 } })
      expect(await opened.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0)
      const sizes = await opened.locator('.chart > svg:visible text').evaluateAll((texts) =>
        texts.map((text) => {
          const scale = (text as SVGTextElement).getScreenCTM()?.a ?? 0
          return Number.parseFloat(getComputedStyle(text).fontSize) * scale
        }),
      )
      expect(sizes.length).toBeGreaterThan(20)
      expect(Math.min(...sizes)).toBeGreaterThan(9)
      expect(Math.max(...sizes)).toBeLessThan(20)
    },
  )

  test.for(['light', 'dark'] as const)('can be read in the %s', async (colorScheme, context) => {
    const { page: opened } = await openPage(context, page, { colorScheme })
    const [paper, ...inks] = await opened.evaluate((): [number[], ...number[][]] => {
      const colour = (selector: string, property: 'color' | 'background-color'): number[] => {
        const style = getComputedStyle(document.querySelector(selector) as Element).getPropertyValue(property)
        return [...style.matchAll(/[\d.]+/g)].slice(0, 3).map(Number)
      }
      const texts = ['h1 strong', '.kicker', 'figcaption'].map((selector) => colour(selector, 'color'))
      return [colour('body', 'background-color'), ...texts]
    })
    expect(inks).toHaveLength(3)
    // WCAG's contrast: 4.5 for text of this size.
    for (const ink of inks) expect(contrast(paper, ink)).toBeGreaterThan(4.5)
    expect(luminance(paper) > 0.5).toBe(colorScheme === 'light')
  })

  test('carries its pictures with it where that is wanted', async (context) => {
    const alone = join(root, 'alone')
    mkdirSync(alone)
    const { embedded } = await reportRun(folder, { to: join(root, 'whole.html'), embed: true })
    expect(embedded).toBe(run.counts.done)
    copyFileSync(join(root, 'whole.html'), join(alone, 'report.html'))
    const { page: opened, complaints, requests } = await openPage(context, join(alone, 'report.html'))
    const last = opened.locator('#sheet img').last()
    await last.scrollIntoViewIfNeeded()
    await expect.poll(() => last.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(192)
    expect([complaints, requests.length]).toEqual([[], 1])
  })
})

const luminance = (colour: readonly number[]): number => {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const contrast = (one: readonly number[], other: readonly number[]): number => {
  const [dark = 0, bright = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (bright + 0.05) / (dark + 0.05)
}
