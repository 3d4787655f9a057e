import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRun } from '@spillway/batch'
import { describe, expect, it } from 'vitest'
import { emptyFolder, spillway } from './spillway.ts'

/** A run as the program leaves it. */
const made = async (cwd: string): Promise<void> => {
  writeFileSync(join(cwd, 'prompts.txt'), 'a heron\na kite\na <b>wren</b>\n')
  const args = ['run', 'prompts.txt', '--out', 'images', '--simulate', '--price-per-image', '0.04', '--rpm', '600']
  expect(await spillway(args, { cwd })).toMatchObject({ code: 0 })
}

describe('spillway report', () => {
  it('writes a page of what the run has made, and its path to standard output', async () => {
    const cwd = emptyFolder()
    await made(cwd)
    const { code, stdout, stderr } = await spillway(['report', 'images'], { cwd })
    expect(stderr).toMatch(/^Written: 0\.\d MB, 3 pictures beside it\.$/m)
    expect([code, stdout]).toEqual([0, `${join(cwd, 'images', 'report.html')}\n`])
    const page = readFileSync(stdout.trim(), 'utf8')
    const run = readRun(join(cwd, 'images'))
    expect(page).toContain('<h1><strong>3</strong> pictures</h1>')
    expect(page).toContain(`<dd>0.12<small>0.04 for each picture</small></dd>`)
    expect(page).toContain('a &lt;b&gt;wren&lt;/b&gt;')
    for (const { made: picture } of run.items)
      expect(page).toContain(`src="./${encodeURIComponent(picture?.files[0]?.name ?? 'none')}"`)

    const whole = await spillway(['report', 'images', '--embed', '--to', 'whole.html'], { cwd })
    expect(whole).toMatchObject({ code: 0, stdout: `${join(cwd, 'whole.html')}\n` })
    expect(readFileSync(join(cwd, 'whole.html'), 'utf8').match(/src="data:image\/png;base64,/g)).toHaveLength(3)
  })

  it('2: where there is no run', async () => {
    const { code, stderr } = await spillway(['report', 'images'])
    expect(code).toBe(2)
    expect(stderr).toContain('There is no run in images')
  })
})
