import type { Assessment, NodeRow } from '../../core/targets/assess.ts';
import type { TargetId } from '../../core/targets/target.ts';

/** Why ops are not native on a target, each reason with the ops it is about. */
export interface Reason {
  readonly text: string;
  readonly ops: readonly string[];
}

export interface TargetSummary {
  readonly native: number;
  readonly total: number;
  /** Whether some op has no kernel at all, so that the model does not load. */
  readonly missing: boolean;
  readonly reasons: readonly Reason[];
}

const opName = ({ op, kind }: NodeRow): string => `${op} ${kind}`;

/** What one target makes of a model. */
export function summaryOf({ nodes }: Assessment, id: TargetId): TargetSummary {
  const reasons = new Map<string, string[]>();
  for (const row of nodes) {
    const { reason } = row.cells[id];
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), opName(row)]);
  }
  return {
    native: nodes.filter(({ cells }) => cells[id].verdict === 'native').length,
    total: nodes.length,
    missing: nodes.some(({ cells }) => cells[id].verdict === 'missing'),
    reasons: [...reasons].map(([text, ops]) => ({ text, ops })),
  };
}
