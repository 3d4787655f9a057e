import type { Classifier, VerdictKind } from '@spillway/core'
import { ModelError, type FaultName } from '@spillway/simulator'

/** Where the status alone does not say it. */
const BY_FAULT: Partial<Record<FaultName, VerdictKind>> = {
  slowDown: 'overloaded',
  dailyQuota: 'quota_exhausted',
  zeroQuota: 'quota_exhausted',
  insufficientQuota: 'quota_exhausted',
  creditExhausted: 'quota_exhausted',
  invalidKey: 'endpoint_failed',
  blockedPrompt: 'request_failed',
  blockedOutput: 'request_failed',
}

const BY_STATUS: Readonly<Record<number, VerdictKind>> = {
  400: 'request_failed',
  401: 'endpoint_failed',
  402: 'quota_exhausted',
  403: 'endpoint_failed',
  404: 'endpoint_failed',
  429: 'throttled',
  503: 'overloaded',
  529: 'overloaded',
}

const kindOf = ({ fault, effect, status }: ModelError): VerdictKind =>
  BY_FAULT[fault] ??
  (effect === 'empty' ? 'empty' : ((status === undefined ? undefined : BY_STATUS[status]) ?? 'transient'))

/** What the adapters' classifiers say of the same answers. */
export const modelClassifier: Classifier = {
  error(error) {
    if (!(error instanceof ModelError)) return undefined
    const { retryAfterMs, status } = error
    return {
      kind: kindOf(error),
      sent: true,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(status !== undefined && { status }),
    }
  },
}
