import { isSpillwayError } from './spillway-error.ts'
import { REQUEST_FAILED, SUCCESS, TRANSIENT, type Verdict } from './verdict.ts'

/** Judges outcomes. An adapter supplies the one that knows its provider. */
export interface Classifier {
  /** The verdict on what the operation threw. */
  error(error: unknown): Verdict
  /** The verdict on what it gave back. Left out where every value is a success. */
  value?(value: unknown): Verdict
}

/** Mistakes in a program, which no repetition mends. A `TypeError` with a cause is how `fetch` reports the network. */
const isMistake = (error: unknown): boolean =>
  (error instanceof TypeError && error.cause === undefined) ||
  error instanceof ReferenceError ||
  error instanceof SyntaxError ||
  error instanceof RangeError

/** Without an adapter: every value is a success, every error `transient`, a mistake in the program `request_failed`. */
export const defaultClassifier: Classifier = {
  error: (error) => (isMistake(error) ? REQUEST_FAILED : TRANSIENT),
}

/** Asks the classifier, after the error itself: ours say what they mean. A classifier that throws decides nothing. */
export const judgeError = (classifier: Classifier, error: unknown, onBroken: (thrown: unknown) => void): Verdict => {
  if (isSpillwayError(error)) return error.verdict
  try {
    return classifier.error(error)
  } catch (thrown) {
    onBroken(thrown)
    return TRANSIENT
  }
}

/** The same for a value. */
export const judgeValue = (classifier: Classifier, value: unknown, onBroken: (thrown: unknown) => void): Verdict => {
  if (classifier.value === undefined) return SUCCESS
  try {
    return classifier.value(value)
  } catch (thrown) {
    onBroken(thrown)
    return SUCCESS
  }
}
