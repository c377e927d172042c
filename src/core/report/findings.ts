import { distributionFindings } from './distribution-findings.ts';
import type { ReportInput } from './input.ts';
import type { Finding, LayerRow } from './report.ts';
import { runFindings } from './run-findings.ts';
import { structureFindings } from './structure-findings.ts';

/** Everything worth knowing about a quantization that its figures show, warnings first. */
export function findingsOf(input: ReportInput, layers: readonly LayerRow[]): readonly Finding[] {
  const all = [
    ...runFindings(input),
    ...distributionFindings(input, layers),
    ...structureFindings(input, layers),
  ];
  return [
    ...all.filter(({ verdict }) => verdict === 'warn'),
    ...all.filter(({ verdict }) => verdict === 'info'),
  ];
}
