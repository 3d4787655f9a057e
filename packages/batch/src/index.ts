export { BatchError } from './batch-error.ts'
export type { BatchErrorCode } from './batch-error.ts'
export { fingerprintOf } from './input/fingerprint.ts'
export type { BatchItem } from './input/item.ts'
export { readItems } from './input/read-items.ts'
export type { ReadItemsOptions } from './input/read-items.ts'
export { readPastUse } from './journal/past-use.ts'
export { readRun } from './journal/read-run.ts'
export type {
  AttemptRecord,
  Counts,
  EndpointStateRecord,
  FileRecord,
  ItemError,
  ItemRecord,
  ItemState,
  LaunchRecord,
  MadeRecord,
  RunRecord,
  StopReason,
  WaitRecord,
} from './journal/records.ts'
export type { AttemptEnd, AttemptListener, Made, MadeImage, Make } from './make/make.ts'
export { PolicyFileError, readPolicy, readPolicyFile } from './make/policy-file.ts'
export type { PolicyOptions } from './make/policy-file.ts'
export { forecastBatch } from './forecast/forecast-batch.ts'
export { describeForecast } from './forecast/describe-forecast.ts'
export type { ForecastOptions } from './forecast/forecast-options.ts'
export type { Forecast, ForecastHour, Range, WaitReason } from './forecast/forecast.ts'
export { batchPolicy } from './make/batch-policy.ts'
export type { BatchPolicyOptions } from './make/batch-policy.ts'
export { costEstimate } from './make/cost.ts'
export { tellNotes } from './make/tell-notes.ts'
export { createMaker } from './make/maker.ts'
export type { Maker, MakerOptions } from './make/maker.ts'
export { BATCH_POLICY } from './make/pipeline-options.ts'
export { NoImageError } from './make/no-image-error.ts'
export { geminiPlace } from './make/place/gemini-place.ts'
export { openaiPlace } from './make/place/openai-place.ts'
export type { OpenAIPlaceOptions } from './make/place/openai-place.ts'
export type { Asking, Place, PlaceOptions } from './make/place/place.ts'
export type {
  BatchQueue,
  QueueCounts,
  QueuedRun,
  QueuedRunOptions,
  QueueWorker,
  QueueWorkerEvent,
  QueueWorkerOptions,
  SharedQuota,
} from './queue/batch-queue.ts'
export { QueueMissingError } from './queue/load-queue.ts'
export { rebuildResults } from './output/rebuild-results.ts'
export type { ResultLine } from './output/result-line.ts'
export { runBatch } from './run/run-batch.ts'
export type { BatchSummary } from './run/run-batch.ts'
export { RUN_BATCH_DEFAULTS } from './run/run-options.ts'
export type { RunBatchOptions, RunNotes } from './run/run-options.ts'
export type {
  AttemptEnded,
  BatchEvent,
  BatchMoment,
  CacheFailed,
  EndpointChanged,
  ItemDone,
  ItemFailed,
  ItemSent,
  ItemStarted,
  ItemWaited,
  ItemWaiting,
  ItemUnknown,
  RunStarted,
  RunStopped,
  RunStopping,
  RunWaited,
  RunWaiting,
} from './run/run-events.ts'
export { diagnose } from './doctor/diagnose.ts'
export type { DiagnoseOptions } from './doctor/diagnose.ts'
export type { Check, Finding, FindingState } from './doctor/finding.ts'
export type { Probed } from './probe/probe.ts'
export type { Asked } from './probe/questions.ts'
export type { StatusDisagreement } from './status/disagreements.ts'
export type { ShownFeed, StatusEndpoint } from './status/shown-feed.ts'
export { isTrouble } from './status/is-trouble.ts'
export type { Observed } from './status/observed.ts'
export { readStatus } from './status/read-status.ts'
export type { ShownReading, StatusOptions, StatusOverview } from './status/read-status.ts'
export type { Change } from './incident/changes.ts'
export { readIncident } from './incident/incident.ts'
export type { Incident, Traffic } from './incident/incident.ts'
export type { Replayed } from './incident/replay.ts'
export { simulateIncident } from './incident/simulate-incident.ts'
export type { SimulateOptions } from './incident/simulate-incident.ts'
export { reportRun } from './report/report-run.ts'
export type { Report, ReportOptions } from './report/report-run.ts'
