import { ModelError } from '@spillway/simulator'
import type { Answer } from '../world.ts'
import { sleep, withTimeout, type Strategy } from './strategy.ts'

/** One request, and that is it. */
export const noPolicy: Strategy = {
  name: 'no policy',
  start: (world) => (prompt, signal) => world.ask(world.endpoints[0] as string, prompt, signal),
}

/** What people write: five tries, 2^n s plus 0–1 s, only on 503, 120 s per attempt. */
export const fiveTries: Strategy = {
  name: 'five tries by hand',
  start: (world, random) => async (prompt, signal) => {
    for (let n = 0; ; n++) {
      try {
        return await withTimeout(world, 120_000, signal, (inner) =>
          world.ask(world.endpoints[0] as string, prompt, inner),
        )
      } catch (error) {
        if (n === 4 || !(error instanceof ModelError) || error.status !== 503) throw error
        await sleep(world, 1000 * 2 ** n + 1000 * random(), signal)
      }
    }
  },
}

/** An expert's ten lines: until the deadline, 2 s ± 50 %, no limit on attempts, failover by hand. */
export const expert: Strategy = {
  name: 'expert, ten lines',
  start: (world, random) => async (prompt, signal) => {
    for (;;) {
      let failure: unknown
      for (const endpoint of world.endpoints) {
        try {
          return await (world.ask(endpoint, prompt, signal) satisfies Promise<Answer>)
        } catch (error) {
          if (!(error instanceof ModelError)) throw error
          failure = error
        }
      }
      const hint = (failure as ModelError).retryAfterMs ?? 0
      await sleep(world, Math.max(hint, 2000 * (0.5 + random())), signal)
    }
  },
}

/** What is written where calls are known to hang: an attempt has a limit, and whatever fails is asked again until the deadline. */
export const plainRetries = (attemptMs: number): Strategy => ({
  name: `plain retries, ${attemptMs / 1000} s an attempt`,
  start: (world, random) => async (prompt, signal) => {
    for (;;) {
      try {
        return await withTimeout(world, attemptMs, signal, (inner) =>
          world.ask(world.endpoints[0] as string, prompt, inner),
        )
      } catch (error) {
        if (signal.aborted) throw error
        await sleep(world, 2000 * (0.5 + random()), signal)
      }
    }
  },
})
