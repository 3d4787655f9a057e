import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyFolder, spillway } from './spillway.ts'

describe('spillway simulate', () => {
  it('prints what an incident of the package would have done to each way to make calls', async () => {
    const { code, stdout, stderr } = await spillway(['simulate', 'peak-brown-out', '--price-per-image', '0.04'])
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/^peak-brown-out: [\d,]+ calls from 4 processes in 1 h from 2026-03-02 13:00 UTC/)
    expect(lines[2]).toMatch(/in time +of calls +half within +95 % within +requests +refused +made +in vain +cost$/)
    const inTime = (caller: string): number => Number(new RegExp(`^${caller} +([\\d.]+) %`, 'm').exec(stdout)?.[1])
    expect(inTime('Spillway, defaults')).toBeGreaterThan(inTime('openai client, own retries') + 10)
    expect(inTime('openai client, own retries')).toBeGreaterThan(inTime('no retries'))
    expect(stdout).toMatch(/^ {2}13:\d\d:\d\d {2}official attempts at once: 32 → \d+ by 13:\d\d:\d\d$/m)
    expect((await spillway(['simulate', 'peak-brown-out', '--price-per-image', '0.04'])).stdout).toBe(stdout)
  })

  it('takes a file, a policy and a seed, and gives JSON', async () => {
    const cwd = emptyFolder()
    const phases = [{ kind: 'outage', fault: 'overloaded', atMs: 60_000, durationMs: 60_000 }]
    const traffic = { callsPerMinute: 10, minutes: 4 }
    writeFileSync(join(cwd, 'incident.json'), JSON.stringify({ phases, traffic }))
    writeFileSync(join(cwd, 'policy.json'), JSON.stringify({ retry: { maxAttempts: 1 }, hedge: false }))
    const args = ['simulate', 'incident.json', '--policy', 'policy.json', '--seed', '7', '--json']
    const { code, stdout } = await spillway(args, { cwd })
    expect(code).toBe(0)
    const { seed, results } = JSON.parse(stdout) as { seed: number; results: { caller: string; succeeded: number }[] }
    expect(seed).toBe(7)
    expect(results.slice(0, 2).map(({ caller }) => caller)).toEqual(['Spillway, this policy', 'Spillway, defaults'])
    expect(results[0]?.succeeded).toBeLessThan(results[1]?.succeeded ?? 0)
  })

  it('2: for an incident or a policy that cannot be, naming what is wrong', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'incident.json'), '{ "capacity": 0, "traffic": {} }')
    writeFileSync(join(cwd, 'policy.json'), '{ "retries": 3 }')
    const wrong = await spillway(['simulate', 'incident.json'], { cwd })
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(/incident\.json: .*\n? *capacity/)
    const missing = await spillway(['simulate', 'nowhere.json'], { cwd })
    expect(missing.code).toBe(2)
    expect(missing.stderr).toMatch(/^nowhere\.json: there is no such file\. With the package come night-outage, /)
    const policy = await spillway(['simulate', 'night-outage', '--policy', 'policy.json'], { cwd })
    expect(policy.code).toBe(2)
    expect(policy.stderr).toContain('policy.json: policy.retries')
  })
})
