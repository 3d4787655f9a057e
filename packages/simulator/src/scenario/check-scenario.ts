import type { ScriptedReply } from '../faults/fault.ts'
import type { Scenario } from './scenario.ts'

export function checkScenario(_scenario: Scenario): void {}
export function checkReplies(_replies: readonly ScriptedReply[]): void {}
