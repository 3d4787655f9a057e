// Properties are tried on the same cases in every run, so that a check that was green stays green until something changes.
// `pnpm test:explore` tries others: a failure prints its seed, and `SEED=… pnpm test:unit` repeats it.
import { configureGlobal } from 'fast-check'

const { SEED = '20261122' } = process.env
configureGlobal({ seed: SEED === 'random' ? Date.now() & 0x7fffffff : Number(SEED) })
