import { checkClock, checkFunction, checkKnown } from '../kernel/check-options.ts'
import { defaultClassifier, type Classifier } from '../kernel/classifier.ts'
import { systemClock, type Clock } from '../kernel/clock.ts'
import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'
import { systemRandom, type Random } from '../kernel/random.ts'
import { checkPlugin } from './attached-plugins.ts'
import { checkClassifier } from './call-options.ts'
import type { OrderWarning } from './check-order.ts'
import type { Plugin } from './plugin.ts'

/** What a pipeline is made of besides its policies. */
export interface PipelineOptions {
  /** Appears in events and metrics. @default 'pipeline' */
  readonly name?: string
  /** Judges outcomes; adapters bring their own. @default every error is `transient`, a program's mistake `request_failed` */
  readonly classifier?: Classifier
  /** @default real time */
  readonly clock?: Clock
  /** @default Math.random */
  readonly random?: Random
  /**
   * Whether policies and options that contradict each other are told: as a warning of the process, or to a function
   * instead; and as the event `order.warned` in either case. @default true
   */
  readonly check?: boolean | ((warning: OrderWarning) => void)
  /** What watches this pipeline; `registerPlugin` is for all of a process. @default [] */
  readonly plugins?: readonly Plugin[]
}

/** {@link PipelineOptions} with nothing left out. */
export const PIPELINE_DEFAULTS: Required<PipelineOptions> = {
  name: 'pipeline',
  classifier: defaultClassifier,
  clock: systemClock,
  random: systemRandom,
  check: true,
  plugins: [],
}

/** @throws InvalidOptionsError for what would otherwise go wrong in the middle of a call */
export const checkPipelineOptions = (options: PipelineOptions): Required<PipelineOptions> => {
  checkKnown('pipeline', options, Object.keys(PIPELINE_DEFAULTS))
  const {
    name = PIPELINE_DEFAULTS.name,
    classifier = PIPELINE_DEFAULTS.classifier,
    clock = PIPELINE_DEFAULTS.clock,
    random = PIPELINE_DEFAULTS.random,
    check = PIPELINE_DEFAULTS.check,
    plugins = PIPELINE_DEFAULTS.plugins,
  } = options
  if (typeof name !== 'string') throw new InvalidOptionsError('pipeline.name', name, 'a string')
  checkClassifier('pipeline.classifier', classifier)
  checkFunction('pipeline.random', random)
  checkClock('pipeline.clock', clock)
  if (typeof check !== 'boolean' && typeof check !== 'function')
    throw new InvalidOptionsError('pipeline.check', check, 'true, false or a function')
  if (!Array.isArray(plugins)) throw new InvalidOptionsError('pipeline.plugins', plugins, 'a list of plugins')
  for (const [i, plugin] of plugins.entries()) checkPlugin(`pipeline.plugins[${i}]`, plugin)
  return { name, classifier, clock, random, check, plugins }
}
