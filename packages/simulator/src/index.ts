export { createSimulator, type Simulator, type SimulatorOptions } from './simulator.ts'
export { SimulatorError, type SimulatorErrorCode } from './simulator-error.ts'
export type {
  BrownOutPhase,
  EndpointScenario,
  LoadPhase,
  OutagePhase,
  Phase,
  QuotaPhase,
  QuotaScenario,
  Scenario,
  ServiceTimeScenario,
  SlowPhase,
  TenantsScenario,
  TimeWindow,
} from './scenario/scenario.ts'
export { parseScenario } from './scenario/parse-scenario.ts'
export { presets } from './scenario/presets.ts'
export { FAULTS, type FaultName } from './faults/table.ts'
export type { FaultContext, FaultKind, FaultParameters, FaultRule, FaultSpec, ScriptedReply } from './faults/fault.ts'
export type { Step, StepPart } from './faults/step.ts'
export type { ErrorName } from './protocols/error-name.ts'
export type { EmptyKind, ErrorAnswer, ErrorDetail, Reply } from './protocols/reply.ts'
export { type ImagePrompt, readImagePrompt } from './images/image-prompt.ts'
export { type ImageRequest, renderImage } from './images/render-image.ts'
export type { CounterBook, EndpointCounters, SimulatorCounters } from './model/counters.ts'

// The model without a server: for whoever runs it under virtual time.
export { type Upstream, type UpstreamState, createUpstream } from './model/upstream.ts'
export { askUpstream } from './model/ask-upstream.ts'
export { ModelError } from './model/model-error.ts'
export type { QuotaLevel, QuotaLevels } from './model/quota.ts'
export type { Offer, OfferEvent, OfferedRequest, QuotaHit, Refusal } from './model/offer.ts'
export {
  type EndpointSettings,
  resolveEndpoint,
  SCENARIO_DEFAULTS,
  type ServiceTimeSettings,
  type TenantsSettings,
} from './scenario/resolve.ts'
export { type Clock, type VirtualClock, createVirtualClock, systemClock } from './clock.ts'
export { type Random, createRandom } from './random.ts'
