import { isSpillwayError } from './spillway-error.ts'
import { REQUEST_FAILED, SUCCESS, TRANSIENT, type Verdict } from './verdict.ts'

/** Judges outcomes. An adapter supplies the one that knows its provider. */
export interface Classifier {
  /** The verdict on what the operation threw; `undefined`: nothing this one knows. */
  error(error: unknown): Verdict | undefined
  /** The verdict on what it gave back; `undefined` is a success. Left out where every value is one. */
  value?(value: unknown): Verdict | undefined
}

/** Mistakes in a program, which no repetition mends. A `TypeError` with a cause is how `fetch` reports the network. */
const isMistake = (error: unknown): boolean =>
  (error instanceof TypeError && error.cause === undefined) ||
  error instanceof ReferenceError ||
  error instanceof SyntaxError ||
  error instanceof RangeError

/** Without an adapter: every value is a success, every error `transient`, a mistake in the program `request_failed`. */
export const defaultClassifier: { error(error: unknown): Verdict } = {
  error: (error) => (isMistake(error) ? REQUEST_FAILED : TRANSIENT),
}

/**
 * One classifier out of several, for pipelines whose endpoints speak different protocols: the first that knows an error
 * or a value judges it.
 */
export const combineClassifiers = (...classifiers: readonly Classifier[]): Classifier => ({
  error: (error) => firstAnswer(classifiers, (each) => each.error(error)),
  value: (value) => firstAnswer(classifiers, (each) => each.value?.(value)),
})

const firstAnswer = (
  classifiers: readonly Classifier[],
  ask: (classifier: Classifier) => Verdict | undefined,
): Verdict | undefined => {
  for (const classifier of classifiers) {
    const verdict = ask(classifier)
    if (verdict !== undefined) return verdict
  }
  return undefined
}

/** Who is judged for: a context knows its call's classifier, and whom to tell when that throws. */
interface Judged {
  readonly call: { readonly classifier: Classifier }
  report(source: string, thrown: unknown): void
}

/** Asks the classifier, after the error itself: ours say what they mean. A classifier that throws decides nothing. */
export const judgeError = (error: unknown, context: Judged): Verdict => {
  if (isSpillwayError(error)) return error.verdict
  try {
    return context.call.classifier.error(error) ?? defaultClassifier.error(error)
  } catch (thrown) {
    context.report('classifier', thrown)
    return TRANSIENT
  }
}

/** The same for a value. */
export const judgeValue = (value: unknown, context: Judged): Verdict => {
  const { classifier } = context.call
  if (classifier.value === undefined) return SUCCESS
  try {
    return classifier.value(value) ?? SUCCESS
  } catch (thrown) {
    context.report('classifier', thrown)
    return SUCCESS
  }
}
