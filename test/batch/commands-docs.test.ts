// The examples of the pages about commands that need no key are run, each block in a folder of its own.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPolicy } from '@spillway/batch'
import { expect, test } from 'vitest'
import { emptyFolder, MAIN } from './spillway.ts'

const root = join(import.meta.dirname, '../..')
const blocks = globSync('docs/commands/*.md', { cwd: root })
  .toSorted()
  .flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)]
      .map(([, script = '']) => ({ page, script }))
      .filter(({ script }) => script.includes('--simulate')),
  )

test('a policy file on a page is one', () => {
  const files = globSync('docs/commands/*.md', { cwd: root }).flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, json = '']) => json),
  )
  const policies = files.filter((json) => json.includes('"quotas"'))
  expect(policies.length).toBeGreaterThan(0)
  for (const json of policies) expect(Object.keys(readPolicy(JSON.parse(json)))).toContain('rateLimit')
})

test('there are such examples', () => expect(blocks.length).toBeGreaterThan(2))

test.for(blocks)('$page: $script', ({ script }) => {
  const spillway = `npx() { shift; '${process.execPath}' --conditions=@spillway/source '${MAIN}' "$@"; }`
  const { status, stderr } = spawnSync('sh', ['-ec', `${spillway}\n${script}`], {
    cwd: emptyFolder(),
    env: { PATH: process.env['PATH'] ?? '' },
    encoding: 'utf8',
  })
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
})
