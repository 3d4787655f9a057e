// Takes the picture of a report that the documentation shows: `node --conditions=@spillway/source test/programs/report/picture.ts`,
// after `node scripts/programs.ts`.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reportRun } from '@spillway/batch'
import { closeBrowser, openPage } from './browser.ts'

const repository = join(import.meta.dirname, '../../..')
const root = mkdtempSync(join(tmpdir(), 'spillway-picture-'))
const folder = join(root, 'images')
const demo = join(repository, 'packages/batch/src/report/__fixtures__/demo-run.ts')
const skip = (reason?: string): never => {
  throw new Error(reason)
}

try {
  execFileSync(process.execPath, ['--conditions=@spillway/source', demo, folder, '300'])
  const { file } = await reportRun(folder)
  const { page } = await openPage({ skip } as never, file, {
    viewport: { width: 1160, height: 1480 },
    colorScheme: 'light',
  })
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: join(repository, 'docs/images/report.png') })
} finally {
  await closeBrowser()
  rmSync(root, { recursive: true })
}
