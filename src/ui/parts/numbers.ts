import * as units from '../../core/report/units.ts';

/** Figures as the page sets them: with a true minus, and never broken between number and unit. */
function typeset(text: string): string {
  return text.replaceAll('-', '−').replaceAll(' ', '\u00a0');
}

export const bytes = (n: number): string => typeset(units.formatBytes(n));
export const share = (part: number): string => typeset(units.formatShare(part));
export const real = (x: number): string => typeset(units.formatReal(x));
export const decibels = (sqnr: number | undefined): string => typeset(units.formatDecibels(sqnr));
export const milliseconds = (time: number): string => typeset(units.formatMilliseconds(time));
export const span = (from: number, to: number): string => `${real(from)} … ${real(to)}`;
export { counted, formatCount as count } from '../../core/report/units.ts';
