import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import type { TestContext } from 'vitest'
import { program } from '../program.ts'

/** A page in a browser, and what must not have happened on it. */
export interface OpenedPage {
  readonly page: Page
  /** What the console said, scripts that threw, and dialogs that opened. */
  readonly complaints: readonly string[]
  /** The addresses of everything that was asked for, without what is within the page. */
  readonly requests: readonly string[]
}

let launched: Promise<Browser> | undefined
const home = mkdtempSync(join(tmpdir(), 'spillway-chromium-'))

/** One browser for all tests of a file; each page has a context of its own. */
const browserOf = (executablePath: string): Promise<Browser> =>
  (launched ??= chromium.launch({
    executablePath,
    // Without a sandbox: it runs as root in CI, and what it opens is ours.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    env: { ...process.env, HOME: home },
  }))

/** For `afterAll`. */
export const closeBrowser = async (): Promise<void> => {
  await (await launched)?.close()
  rmSync(home, { recursive: true, force: true })
}

/** Opens a file in Chromium. Skips the test, with the reason, where there is none. */
export const openPage = async (
  context: Pick<TestContext, 'skip'>,
  file: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> => {
  const browser = await browserOf(program('chromium', context, 'google-chrome'))
  const page = await browser.newPage(options)
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) requests.push(request.url())
  })
  await page.goto(pathToFileURL(file).href)
  return { page, complaints, requests }
}
